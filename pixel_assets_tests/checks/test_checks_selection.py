"""Checks of selection and release, each on a table that is right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.settings import CATEGORIES, MixSettings, load_settings
from pixel_assets.store.ledger import current_manifest
from pixel_assets.store.warehouse import WHOLE

from ..end_to_end.tiny import Tiny
from .tables import Rows, find, judge

NAMES = ("a", "b", "c")
CORPUS: Rows = [{"conversation_id": name} for name in NAMES]
DECISIONS: Rows = [
    {"conversation_id": "a", "keep": True},
    {"conversation_id": "b", "keep": False, "winner_id": "a"},
    {"conversation_id": "c", "keep": False, "winner_id": None},
]


@pytest.mark.parametrize(
    ("decisions", "measured"),
    [
        (DECISIONS, (0, 0, 0)),
        (DECISIONS[:2], (1, 0, 0)),
        ([*DECISIONS, DECISIONS[2]], (0, 1, 0)),
        ([*DECISIONS, {"conversation_id": "d", "keep": True}], (0, 1, 0)),
        ([DECISIONS[0] | {"keep": False}, *DECISIONS[1:]], (0, 0, 1)),
        ([DECISIONS[0], DECISIONS[1] | {"winner_id": "z"}, DECISIONS[2]], (0, 0, 1)),
    ],
    ids=["right", "one undecided", "one decided twice", "one from nowhere", "winner is dropped", "winner is unknown"],
)
def test_one_decision_each(tmp_path: Path, decisions: Rows, measured: tuple[int, int, int]) -> None:
    verdict = judge(tmp_path, find("decisions", "one_decision_each"), {"decisions": decisions, "corpus": CORPUS})
    found = tuple(verdict.measured[name] for name in ("undecided", "too_many", "winner_dropped"))
    assert found == measured
    assert verdict.passed == (measured == (0, 0, 0))


def test_the_mix_is_not_empty(tmp_path: Path) -> None:
    check = find("training_mix", "not_empty")
    assert check.blocking
    assert judge(tmp_path, check, {"training_mix": CORPUS}).passed
    assert not judge(tmp_path / "none", check, {"training_mix": []}).passed


def test_only_kept(tmp_path: Path) -> None:
    check = find("training_mix", "only_kept")
    assert judge(tmp_path, check, {"training_mix": CORPUS[:1], "decisions": DECISIONS}).passed
    assert not judge(tmp_path / "dropped", check, {"training_mix": CORPUS[:2], "decisions": DECISIONS}).passed
    unknown = [{"conversation_id": "z"}]
    assert not judge(tmp_path / "unknown", check, {"training_mix": unknown, "decisions": DECISIONS}).passed


def mix(**counts: int) -> Rows:
    return [{"conversation_id": f"{name}{i}", "category": name} for name, count in counts.items() for i in range(count)]


def test_ratio_passes_within_the_tolerance_and_says_who_is_short(tmp_path: Path) -> None:
    settings = load_settings(mix=MixSettings(target=100))
    right = dict(zip(CATEGORIES, (30, 25, 20, 15, 10), strict=True))
    check = find("training_mix", "ratio")
    assert judge(tmp_path, check, {"training_mix": mix(**right)}, settings=settings).passed
    short = judge(tmp_path / "short", check, {"training_mix": mix(**right | {"voice": 5})}, settings=settings)
    assert not short.passed
    assert "voice 6.2% instead of 25%, 20 short of its quota" in short.description
    assert not judge(tmp_path / "none", check, {"training_mix": []}, settings=settings).passed
    assert not check.blocking


SCORED: Rows = [{"conversation_id": "a", "score": 0.9}, {"conversation_id": "b", "score": 0.6}, {"conversation_id": "c"}]


@pytest.mark.parametrize(
    ("least", "unscored", "passed"),
    [(None, "drop", True), (0.6, "keep", True), (0.6, "drop", False), (0.7, "keep", False)],
)
def test_minimum_quality_finds_what_is_below_it(tmp_path: Path, least: float | None, unscored: str, passed: bool) -> None:
    check = find("training_mix", "minimum_quality")
    asked = load_settings(mix=MixSettings.model_validate({"minimum_quality": least, "unscored": unscored}))
    verdict = judge(tmp_path, check, {"training_mix": SCORED}, settings=asked)
    assert verdict.passed == passed
    assert verdict.measured == {"below": int(least == 0.7), "unscored": 1}
    assert check.blocking


def test_balances_say_which_bound_is_broken_and_by_how_much(tmp_path: Path) -> None:
    names = [f"n{i}" for i in range(10)]
    rows: Rows = [{"conversation_id": name, "category": "voice", "source": "s" if i else "t"} for i, name in enumerate(names)]
    of_each: Rows = [{"conversation_id": name, "topic": "work" if i < 6 else "grief"} for i, name in enumerate(names)]
    scores: Rows = [{"conversation_id": names[0], "persona_consistency": 0.9}]
    tables = {"training_mix": rows, "conversation_traits": of_each, "quality_scores": scores}
    check = find("training_mix", "balances")

    def told(name: str, **asked: object) -> tuple[bool, str]:
        verdict = judge(tmp_path / name, check, tables, settings=load_settings(mix=MixSettings.model_validate(asked)))
        return verdict.passed, verdict.description

    assert told("none") == (True, "0 bounds on shares; all hold")
    assert told("held", balances={"topic": {"at_most": 0.6}}) == (True, "2 bounds on shares; all hold")
    assert told("topic", balances={"topic": {"at_most": 0.4}}) == (
        False, "2 bounds on shares; topic work 60.0% instead of at most 40.0%, 2 too many",
    )  # fmt: skip
    assert told("persona", balances={"persona:high": {"at_least": 0.2}}) == (
        False, "1 bound on shares; persona high 10.0% instead of at least 20.0%, 1 short",
    )  # fmt: skip
    assert told("source", source_cap=0.5) == (
        False, "2 bounds on shares; source s in voice 90.0% instead of at most 50.0%, 4 too many",
    )  # fmt: skip
    assert not check.blocking


def splits(**names: str) -> Rows:
    return [{"conversation_id": name, "split": split, "group_key": f"g{name}"} for name, split in names.items()]


def traits(**keys: str) -> Rows:
    return [{"conversation_id": name, "text_key": key} for name, key in keys.items()]


def test_no_leakage_sees_shared_texts_and_shared_groups(tmp_path: Path) -> None:
    check = find("dataset_splits", "no_leakage")
    apart, alike = traits(a="1", b="2", c="3"), traits(a="1", b="1", c="3")
    rows = splits(a="train", b="test", c="train")
    no_pairs: dict[str, Rows] = {"duplicate_pairs": [], "semantic_pairs": []}
    assert judge(tmp_path, check, {"dataset_splits": rows, "conversation_traits": apart, **no_pairs}).passed
    assert not judge(tmp_path / "text", check, {"dataset_splits": rows, "conversation_traits": alike, **no_pairs}).passed
    group = [row | {"group_key": "g"} for row in rows]
    leak = judge(tmp_path / "group", check, {"dataset_splits": group, "conversation_traits": apart, **no_pairs})
    assert not leak.passed
    assert leak.measured == {"leaks": 1}


@pytest.mark.parametrize("relation", ["duplicate_pairs", "semantic_pairs"])
def test_no_leakage_sees_every_pair_on_two_sides(tmp_path: Path, relation: str) -> None:
    check = find("dataset_splits", "no_leakage")
    tables: dict[str, Rows] = {
        "dataset_splits": splits(a="train", b="test", c="train"), "conversation_traits": traits(a="1", b="2", c="3"),
        "duplicate_pairs": [], "semantic_pairs": [],
    }  # fmt: skip
    together: Rows = [{"left_id": "a", "right_id": "c"}, {"left_id": "a", "right_id": "z"}]
    assert judge(tmp_path, check, tables | {relation: together}).passed
    apart = judge(tmp_path / "apart", check, tables | {relation: [*together, {"left_id": "b", "right_id": "c"}]})
    assert not apart.passed
    assert apart.measured == {"leaks": 1}
    assert apart.description.endswith("such as b+c")


def test_split_shares_pass_near_what_was_asked(tmp_path: Path) -> None:
    check = find("dataset_splits", "split_shares")
    names = [f"n{i}" for i in range(100)]
    right = splits(**{name: "train" if i < 70 else "validation" if i < 85 else "test" for i, name in enumerate(names)})
    assert judge(tmp_path, check, {"dataset_splits": right}).passed
    assert not judge(tmp_path / "all", check, {"dataset_splits": splits(**dict.fromkeys(names, "train"))}).passed


def exported(jsonl: int, parquet: int) -> Rows:
    return [
        {"file": "train.jsonl", "format": "jsonl", "split": "train", "rows": jsonl},
        {"file": "train.parquet", "format": "parquet", "split": "train", "rows": parquet},
    ]


@pytest.mark.parametrize(
    ("rows", "passed"), [(exported(2, 2), True), (exported(2, 1), False), (exported(3, 2), False), ([], False)]
)
def test_all_exported_counts_every_format(tmp_path: Path, rows: Rows, passed: bool) -> None:
    others: dict[str, Rows] = {"augmented_train": [], "redacted_preferences": [], "rejected_exports": []}
    tables = {"dataset_exports": rows, "dataset_splits": splits(a="train", b="test"), **others}
    assert judge(tmp_path, find("dataset_exports", "all_exported"), tables).passed == passed


def test_all_exported_finds_a_file_that_was_changed(built: Tiny) -> None:
    from pixel_assets.build.checking import known_check, run_checks

    project = built.project()
    check = find("dataset_exports", "all_exported")
    known = known_check(project, check, WHOLE)
    assert known
    assert known.passed
    manifest = current_manifest(project.warehouse, "dataset_exports", WHOLE)
    assert manifest
    path = project.warehouse.data("dataset_exports") / str(manifest.folder) / manifest.attachments[0].path
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)
    for record in project.warehouse.checks("dataset_exports", WHOLE).iterdir():
        record.unlink()  # a known answer would be taken
    (again,) = [r for r in run_checks(project, project.graph.maker["dataset_exports"], WHOLE) if r.check == "all_exported"]
    assert not again.passed
    assert manifest.attachments[0].path in again.description
