"""The shipped sample: it is what its generator writes, and the project reads it as its truth file says."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
import yaml

from pixel_assets.conversation.formats.cues import parse_cues
from pixel_assets.conversation.standard import CONVERSATIONS
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.quality.traits import traits
from pixel_assets.selection.decisions import decide
from pixel_assets.settings import CATEGORIES, SAMPLE_DIR, DecisionSettings
from pixel_assets.sources.readers import read_file
from pixel_assets.sources.registry import load_registry
from pixel_assets.speech.recordings import Bounds, subtitles_beside
from pixel_assets.speech.tables import AUDIO_FILES, audio_row, judge_recordings, recording_id

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
GENERATOR = BENCHMARKS / "make_sample.py"
MOST_BYTES = 600_000
FEWEST_FORMATS = 7
NEAR = 0.6  # Jaccard similarity of word 3-grams: planted near-duplicates are above, all others below

Row = tuple[str, int]


@dataclass(frozen=True)
class Outcome:
    """What the project makes of the sample, by the file and row of its records."""

    records: int
    conversations: dict[Row, dict[str, Any]]
    rejected: dict[Row, str]
    decisions: dict[str, dict[str, Any]]

    def kept(self) -> dict[str, dict[str, Any]]:
        """Conversations that are kept, by id."""
        found = {item["conversation_id"]: item for item in self.conversations.values()}
        return {name: item for name, item in found.items() if self.decisions[name]["keep"]}


@cache
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", GENERATOR)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@cache
def outcome() -> Outcome:
    records, conversations, rejected = 0, {}, {}
    for source in load_registry(SAMPLE_DIR / "sources.yaml"):
        for path in sorted(path for pattern in source.path for path in SAMPLE_DIR.glob(pattern)):
            name = path.relative_to(SAMPLE_DIR).as_posix()
            batches = list(read_file(path, name, source.name))
            records += sum(batch.num_rows for batch in batches)
            for part in standardize_file(batches, source.hints()):
                for item in part.conversations.to_pylist():
                    conversations.update({(name, row): item for row in item["rows"]})
                rejected.update({(name, item["row"]): item["reason"] for item in part.rejected.to_pylist()})
    distinct = {item["conversation_id"]: item for item in conversations.values()}
    corpus = pa.Table.from_pylist(list(distinct.values()), schema=CONVERSATIONS)
    decided = decide(corpus.select(["conversation_id"]), traits(corpus), DecisionSettings.model_validate({}))
    return Outcome(
        records, conversations, rejected, {item["conversation_id"]: item for item in decided.to_pylist()}
    )


def truth() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLE_DIR / "planted.json").read_text(encoding="utf-8"))
    return found


def planted(*kinds: str) -> list[dict[str, Any]]:
    return [plant for plant in truth()["planted"] if plant["kind"] in kinds or not kinds]


def place(plant: dict[str, Any]) -> Row:
    return plant["file"], plant["rows"][0]


def text(item: dict[str, Any]) -> str:
    return "\n".join(turn["content"] for turn in item["turns"] if turn["role"] != "system")


def test_the_generator_writes_the_committed_files() -> None:
    assert generator().differences(generator().make_files(), SAMPLE_DIR) == []


def test_the_generator_is_deterministic() -> None:
    assert generator().make_files() == generator().make_files()


def test_check_finds_changed_missing_and_additional_files(tmp_path: Path) -> None:
    files = {"a.csv": b"x\n", "b.csv": b"y\n"}
    (tmp_path / "a.csv").write_bytes(b"changed\n")
    (tmp_path / "c.csv").write_bytes(b"z\n")
    assert generator().differences(files, tmp_path) == ["a.csv", "b.csv", "c.csv"]


def test_the_folder_is_small() -> None:
    sizes = [path.stat().st_size for path in SAMPLE_DIR.rglob("*") if path.is_file()]
    assert min(sizes) > 0
    assert sum(sizes) < MOST_BYTES


def test_many_formats_and_all_categories() -> None:
    found = outcome().conversations.values()
    assert len({(Path(item["file"]).suffixes[0], item["format"]) for item in found}) >= FEWEST_FORMATS
    assert {item["category"] for item in found} == set(CATEGORIES)


def test_the_counts_are_those_of_the_truth_file() -> None:
    expected, found = truth()["expected"], outcome()
    ids = {(item["file"], *item["rows"]): item["conversation_id"] for item in found.conversations.values()}
    dropped = Counter(item["reason"] for item in found.decisions.values() if not item["keep"])
    assert found.records == expected["records"]
    assert Counter(found.rejected.values()) == expected["rejected_records"]
    assert len(ids) == expected["conversations"]
    assert len(ids) - len(set(ids.values())) == expected["merged"]
    assert dropped == expected["dropped"]
    assert Counter(item["category"] for item in found.kept().values()) == expected["kept"]
    assert sum(expected["kept"].values()) == 400


@pytest.mark.parametrize(
    "plant", planted(), ids=lambda plant: f"{plant['kind']}-{plant['file']}-{place(plant)[1]}"
)
def test_every_plant_meets_its_fate(plant: dict[str, Any]) -> None:
    found = outcome()
    if plant["expected"] == "rejected":
        assert {found.rejected[plant["file"], row] for row in plant["rows"]} == {plant["reason"]}
        return
    item = found.conversations[place(plant)]
    assert (item["source"], item["rows"]) == (plant["source"], plant["rows"])
    decision = found.decisions[item["conversation_id"]]
    original = found.conversations[place(plant["of"])] if "of" in plant else None
    if plant["expected"] == "merged":
        assert original
        assert item["conversation_id"] == original["conversation_id"]
    elif plant.get("either"):
        assert original
        other = found.decisions[original["conversation_id"]]
        assert {decision["reason"], other["reason"]} == {"kept", plant["reason"]}
    else:
        assert decision["keep"] == (plant["expected"] == "kept")
        assert decision["reason"] == plant.get("reason", "kept")


def test_nothing_fails_that_was_not_planted() -> None:
    entries = [entry for plant in planted() for entry in (plant, plant.get("of", plant))]
    known = {(entry["file"], row) for entry in entries for row in entry["rows"]}
    found = outcome()
    kept = found.kept()
    failed = {row for row, item in found.conversations.items() if item["conversation_id"] not in kept}
    assert failed | found.rejected.keys() <= known


def test_only_planted_conversations_are_near_duplicates() -> None:
    pairs = {frozenset((place(plant), place(plant["of"]))) for plant in planted("near_duplicate")}
    kept = list(outcome().kept().values())
    grams = [generator().word_grams(text(item)) for item in kept]
    near = {
        frozenset(((one["file"], one["rows"][0]), (other["file"], other["rows"][0])))
        for (one, a), (other, b) in combinations(zip(kept, grams, strict=True), 2)
        if len(a & b) >= NEAR * len(a | b)
    }
    assert near == pairs


def test_second_answers_share_the_question_and_only_they() -> None:
    plants = planted("second_answer")
    for plant in plants:
        one, other = (outcome().conversations[place(entry)]["turns"] for entry in (plant, plant["of"]))
        assert one[0] == other[0]
        assert one[1] != other[1]
    spoken = [
        [turn for turn in item["turns"] if turn["role"] == "user"] for item in outcome().kept().values()
    ]
    openings = Counter(turns[0]["content"] for turns in spoken)
    assert sum(count - 1 for count in openings.values()) == len(plants)


def test_identifiers_are_in_the_text_and_invented() -> None:
    plants = planted("identifiers")
    for plant in plants:
        words = text(outcome().conversations[place(plant)])
        assert all(value in words for values in plant["identifiers"].values() for value in values)
    numbers = [number for plant in plants for number in plant["identifiers"].get("phone", [])]
    addresses = [address for plant in plants for address in plant["identifiers"].get("email", [])]
    assert all(re.fullmatch(r"555[- ]01\d\d", number) for number in numbers)
    assert all(address.endswith("@example.org") for address in addresses)


def test_replies_to_a_crisis_ask_and_give_a_resource() -> None:
    clear, veiled = planted("crisis_clear"), planted("crisis_veiled")
    assert len(clear) >= 5
    assert len(veiled) >= 5
    for plant in clear + veiled:
        turns = outcome().conversations[place(plant)]["turns"]
        assert "988" in turns[1]["content"]
        assert "?" in turns[1]["content"]


def test_markup_is_repaired() -> None:
    for plant in planted("markup"):
        item = outcome().conversations[place(plant)]
        assert item["flags"]
        assert not re.search(r"<\w|&#|&nbsp;|\u00a0", text(item))


def test_every_recording_is_accepted_or_not_as_the_truth_file_says() -> None:
    hashes = {entry["file"]: entry["sha256"] for entry in truth()["recordings"]}
    rows = [audio_row("recorded_talks", file, SAMPLE_DIR / file, sha256) for file, sha256 in hashes.items()]
    judged = judge_recordings(pa.Table.from_pylist(rows, AUDIO_FILES), Bounds()).to_pylist()
    found = {row["file"]: (row["accepted"], row["reason"], row["copy_of"]) for row in judged}
    assert found == {
        entry["file"]: (
            entry["accepted"],
            entry.get("reason"),
            recording_id(hashes[entry["of"]]) if "of" in entry else None,
        )
        for entry in truth()["recordings"]
    }


def test_subtitles_lie_beside_the_monologue_alone_and_say_what_it_says() -> None:
    (monologue,) = (entry for entry in truth()["recordings"] if entry["kind"] == "monologue")
    found = {entry["file"]: subtitles_beside(SAMPLE_DIR / entry["file"]) for entry in truth()["recordings"]}
    beside = found.pop(monologue["file"])
    assert set(found.values()) == {None}
    assert beside == SAMPLE_DIR / monologue["subtitles"]
    assert hashlib.sha256(beside.read_bytes()).hexdigest() == monologue["subtitles_sha256"]
    texts = yaml.safe_load((BENCHMARKS / "sample_text" / "recordings.yaml").read_text(encoding="utf-8"))
    cues = parse_cues(beside.read_text(encoding="utf-8")).cues
    assert [cue.lines for cue in cues] == [((None, line),) for line in texts["monologue"]]


def test_a_missing_recording_is_named_with_the_script_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"evening_talk\.ogg is missing; make_sample_speech\.py writes"):
        generator().read_recordings(tmp_path)


def test_without_its_program_the_script_of_recordings_says_so_and_writes_nothing(tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (SAMPLE_DIR / "recordings").iterdir()}
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "make_sample_speech.py")],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "espeak-ng is not installed" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in (SAMPLE_DIR / "recordings").iterdir()} == before
