"""The shipped sample, built by ``pixel build``: exports that others read, and the fate of every planted row."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.settings import SAMPLE_DIR

from ..conftest import Once
from .tiny import Tiny

TRUTH: dict[str, Any] = json.loads((SAMPLE_DIR / "planted.json").read_text(encoding="utf-8"))
SPOKEN = sum(sum(recording.get("conversations", {}).values()) for recording in TRUTH["recordings"])
ALIKE = {"near_duplicate": 5, "semantic_duplicate": 2}  # planted as edited copies, of which one is used
LOST = {"voice": 2, "mental_health": 4, "reasoning": 1}  # to these, by category
OWN = TRUTH["expected"]["kept"] | {"voice": TRUTH["expected"]["kept"]["voice"] + SPOKEN}
KEPT = {category: count - LOST.get(category, 0) for category, count in OWN.items()}
# What is generated is no part of the sample, and experts are asked elsewhere: test_safety.py
SETTINGS = "[scenarios]\nconversations = 0\n\n[decisions]\nunreviewed = \"use\"\n"

FATE = """
WITH found AS (
    SELECT file, unnest(rows) AS row, conversation_id FROM conversations
)
SELECT file, row, conversation_id, keep, decisions.reason, copies, winner_id, split
FROM found JOIN corpus USING (conversation_id) JOIN decisions USING (conversation_id)
    LEFT JOIN dataset_splits USING (conversation_id)
"""


class Sample(Tiny):
    """The shipped sources; a project that has a folder of sources has its own."""

    @property
    def sources(self) -> Path:
        own = self.root / "sources"
        return own if own.is_dir() else SAMPLE_DIR

    def write(self) -> Tiny:
        return self


@pytest.fixture(scope="module")
def sample(once: Once) -> Tiny:
    """The sample as ``pixel build`` leaves it, with its summary; only read it."""

    def fill(folder: Path) -> None:
        (folder / "pixel.toml").write_text(SETTINGS)
        done = Sample(folder).pixel("build", "--json")
        assert done.returncode == 0, done.stderr
        (folder / "summary.json").write_text(done.stdout)

    return Sample(once("built-sample", fill))


@pytest.fixture(scope="module")
def catalogue(sample: Tiny) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(sample.warehouse / "pixel.duckdb"), read_only=True)


def test_every_asset_is_built_and_no_blocking_check_fails(sample: Tiny) -> None:
    summary = json.loads((sample.root / "summary.json").read_text())
    assert {item["asset"] for item in summary["built"]} == set(GRAPH.assets)
    assert (summary["failed"], summary["skipped"], summary["checks"]["failed"]) == ([], [], 0)


def test_the_counts_are_those_of_the_truth_file(catalogue: duckdb.DuckDBPyConnection) -> None:
    expected = TRUTH["expected"]
    one = catalogue.execute("SELECT (SELECT count(*) FROM raw_records), (SELECT count(*) FROM conversations)").fetchone()
    assert one == (expected["records"], expected["conversations"])
    rejected = catalogue.execute("SELECT reason, count(*) FROM rejected_records GROUP BY reason").fetchall()
    assert dict(rejected) == expected["rejected_records"]
    dropped = catalogue.execute("SELECT reason, count(*) FROM decisions WHERE NOT keep GROUP BY reason").fetchall()
    assert dict(dropped) == expected["dropped"] | ALIKE
    assert catalogue.execute("SELECT sum(copies) - count(*) FROM corpus").fetchone() == (expected["merged"],)


def test_the_mix_has_the_ratios_of_the_settings(catalogue: duckdb.DuckDBPyConnection) -> None:
    assert dict(catalogue.execute("SELECT category, count(*) FROM training_mix GROUP BY category").fetchall()) == KEPT
    kept = "SELECT category, count(*) FROM decisions JOIN corpus USING (conversation_id) WHERE keep GROUP BY category"
    assert dict(catalogue.execute(kept).fetchall()) == KEPT


def test_every_planted_row_meets_its_fate(catalogue: duckdb.DuckDBPyConnection) -> None:
    rejected = {(f, r): reason for f, r, reason in catalogue.execute("SELECT file, row, reason FROM rejected_records").fetchall()}
    fates = {(row[0], row[1]): row[2:] for row in catalogue.execute(FATE).fetchall()}
    assert len(TRUTH["planted"]) > 100
    for plant in TRUTH["planted"]:
        place = plant["file"], plant["rows"][0]
        if plant["expected"] == "rejected":
            assert rejected[place] == plant["reason"], plant
            assert place not in fates
            continue
        conversation, keep, reason, copies, winner, split = fates[place]
        if plant["expected"] == "kept":
            assert (keep, reason) == (True, "kept"), plant
            assert split in ("train", "validation", "test")
        elif plant["expected"] == "merged":
            assert copies > 1, plant
            other = plant["of"]["file"], plant["of"]["rows"][0]
            assert fates[other][0] == conversation
        elif plant.get("either"):  # of two texts that differ in case and space alone, one is dropped for the other
            other = plant["of"]["file"], plant["of"]["rows"][0]
            pair = {conversation: (keep, winner), fates[other][0]: (fates[other][1], fates[other][4])}
            (dropped,) = [name for name, (kept, _) in pair.items() if not kept]
            (survivor,) = [name for name, (kept, _) in pair.items() if kept]
            assert pair[dropped][1] == survivor
        else:
            assert (keep, reason, split) == (False, plant["reason"], None), plant


def test_every_recording_meets_its_fate(catalogue: duckdb.DuckDBPyConnection) -> None:
    judged = catalogue.execute("SELECT file, recording_id, accepted, reason, copy_of FROM voice_recordings").fetchall()
    verdicts = {file: verdict for file, *verdict in judged}
    origins = dict(catalogue.execute("SELECT file, origin FROM voice_transcripts WHERE reason IS NULL").fetchall())
    made = catalogue.execute("SELECT file, kind FROM voice_conversations").fetchall()
    rejected = catalogue.execute("SELECT file, reason FROM rejected_passages").fetchall()
    assert verdicts.keys() == {recording["file"] for recording in TRUTH["recordings"]}
    for recording in TRUTH["recordings"]:
        file = recording["file"]
        original = verdicts[recording["of"]][0] if "of" in recording else None
        assert verdicts[file] == [recording["sha256"][:32], recording["accepted"], recording.get("reason"), original]
        assert origins.get(file) == recording.get("origin")
        assert Counter(kind for name, kind in made if name == file) == recording.get("conversations", {})
        assert Counter(reason for name, reason in rejected if name == file) == recording.get("rejected_passages", {})


def test_what_is_said_in_recordings_is_in_the_corpus_once(catalogue: duckdb.DuckDBPyConnection) -> None:
    found = catalogue.execute(
        "SELECT copies, keep, split FROM voice_conversations JOIN corpus USING (conversation_id) "
        "JOIN decisions USING (conversation_id) LEFT JOIN dataset_splits USING (conversation_id)"
    ).fetchall()
    assert len(found) == SPOKEN
    assert {(copies, keep) for copies, keep, _ in found} == {(1, True)}
    assert {split for *_, split in found} <= {"train", "validation", "test"}


def test_only_new_audio_is_measured_and_a_copy_is_not_transcribed(sample: Tiny, tmp_path: Path) -> None:
    shutil.copytree(sample.warehouse, tmp_path / "warehouse", symlinks=True)
    shutil.copytree(SAMPLE_DIR, tmp_path / "sources")
    (tmp_path / "pixel.toml").write_text(SETTINGS)
    again = Sample(tmp_path)
    assert again.pixel_json("build", "voice_conversations")["built"] == []
    recordings = again.sources / "recordings"
    shutil.copy(recordings / "evening_talk.mp3", recordings / "the_same_again.mp3")
    built = {item["asset"]: item["rows_computed"] for item in again.pixel_json("build", "voice_conversations")["built"]}
    assert built["audio_files"] == 1
    assert not any(built.get(asset) for asset in ("voice_transcripts", "voice_conversations"))


def test_the_exports_load_with_datasets(sample: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    import datasets

    exports = sample.warehouse / "exports"
    folder = next(path.parent for path in sorted(exports.rglob("README.md")))
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path))
    assert set(loaded) == {"train", "validation", "test"}
    assert sum(len(split) for split in loaded.values()) == sum(KEPT.values()) + sum(loaded["train"]["augmented"])
    for row in loaded["train"]:
        assert row["messages"][-1]["role"] == "assistant"
    ids = [name for split in loaded.values() for name in split["id"]] if "id" in loaded["train"].column_names else []
    assert len(ids) == len(set(ids))


def test_the_exports_load_with_duckdb_and_json(sample: Tiny) -> None:
    exports = sample.warehouse / "exports"
    files = sorted(exports.rglob("*.jsonl"))
    assert files
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert sum(not line["augmented"] for line in lines) == sum(KEPT.values())
    names = ", ".join(f"'{file}'" for file in files)
    assert duckdb.execute(f"SELECT count(*) FROM read_json([{names}])").fetchone() == (len(lines),)
    parquet = duckdb.execute(f"SELECT count(*) FROM read_parquet('{exports}/**/*.parquet')").fetchone()
    assert parquet == (len(lines),)
