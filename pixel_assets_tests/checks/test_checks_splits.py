"""Checks on how splits are filled, on small tables."""

from __future__ import annotations

from pathlib import Path

from pixel_assets.settings import SplitSettings, load_settings

from .tables import Rows, find, judge


def placed(*rows: tuple[str, str, str]) -> Rows:
    return [
        {"conversation_id": name, "split": part, "group_key": f"g{name}", "cluster_key": cluster} for name, part, cluster in rows
    ]


def test_a_cluster_that_holds_much_of_the_mix_is_named(tmp_path: Path) -> None:
    check = find("dataset_splits", "largest_cluster")
    apart = placed(*((f"n{at:03}", "train", f"n{at:03}") for at in range(200)))
    tied = [row | {"cluster_key": "n000"} if at < 5 else row for at, row in enumerate(apart)]
    assert judge(tmp_path, check, {"dataset_splits": apart}).passed
    found = judge(tmp_path / "tied", check, {"dataset_splits": tied})
    assert not found.passed
    assert found.description == "the largest cluster, n000, ties 5 conversations, 2.50% of the mix (at most 1%), in train"
    wider = load_settings(splits=SplitSettings(largest_cluster=0.03))
    assert judge(tmp_path / "wider", check, {"dataset_splits": tied}, settings=wider).passed
    assert judge(tmp_path / "none", check, {"dataset_splits": []}).passed
    assert not check.blocking


def test_a_stratum_that_misses_its_shares_by_more_than_chance_is_named(tmp_path: Path) -> None:
    check = find("dataset_splits", "strata_filled")
    names = [f"n{at:03}" for at in range(400)]

    def told(name: str, held: int) -> tuple[bool, str, object]:
        """Two strata of 200; of the first so many are in test, of the second 30 in validation and 30 in test."""
        parts = ["test"] * held + ["train"] * (200 - held) + ["validation"] * 30 + ["test"] * 30 + ["train"] * 140
        tables: dict[str, Rows] = {
            "dataset_splits": placed(*((name, part, name) for name, part in zip(names, parts, strict=True))),
            "redacted_corpus": [{"conversation_id": name, "category": "voice"} for name in names],
            "conversation_traits": [
                {"conversation_id": name, "topic": "work" if at < 200 else "grief"} for at, name in enumerate(names)
            ],
        }
        verdict = judge(tmp_path / name, check, tables)
        return verdict.passed, verdict.description, verdict.measured["by_stratum"]

    passed, description, of = told("all", 200)
    assert not passed
    assert description.startswith("2 strata, 0 of them too small to judge; voice × work train 0.0% instead of 70%")
    assert of == {"voice × work": 0.85, "voice × grief": 0.0}
    assert not check.blocking


def test_a_small_stratum_may_miss_its_shares_by_chance(tmp_path: Path) -> None:
    check = find("dataset_splits", "strata_filled")
    tables: dict[str, Rows] = {
        "dataset_splits": placed(("a", "test", "a"), ("b", "train", "b")),
        "redacted_corpus": [{"conversation_id": name, "category": "voice"} for name in "ab"],
        "conversation_traits": [{"conversation_id": name, "topic": "work"} for name in "ab"],
    }
    verdict = judge(tmp_path, check, tables)
    assert verdict.passed
    assert verdict.description == "1 strata, 1 of them too small to judge; each other within chance of the shares asked for"
