"""Reading files that others wrote: every file is read, and known row counts are met."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.sources.readers import read_file

ROWS = {
    "annomi/AnnoMI-full.csv": 6299,
    "counsel_chat/counselchat-data.csv": 1482,
    "mental_health_faq/Mental_Health_FAQ.csv": 98,
    "crisis_scenarios/hard_crisis_dataset.json": 12,
    "contextual_anonymizer/synthetic_data.json": 501,
    "cssrs_reddit/500_Reddit_users_posts_labels.csv": 252,
    "intents/intents.json": 80,
    "mqp/mqp.csv": 1524,
    "sick/SICK_train.txt": 2250,
    "lexicons/vader_lexicon.txt": 7520,
    "vera_mh/personas.tsv": 10,
    "hh_rlhf/harmless-base_feelings.jsonl.gz": 80,
}


def test_every_file_is_read_without_an_exception_and_none_disappears(shared_data: Path) -> None:
    unreadable = set()
    for path in sorted(file for file in shared_data.rglob("*") if file.is_file()):
        name = path.relative_to(shared_data).as_posix()
        rows, problems = 0, []
        for batch in read_file(path, name, "shared"):
            rows += batch.num_rows
            problems += [problem for problem in batch["problem"].to_pylist() if problem]
        assert rows, name
        if any(problem.startswith("unreadable_file") for problem in problems):
            unreadable.add(path.suffix)
    assert unreadable <= {".wav", ".mp3", ".flac", ".parquet"}


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_known_row_counts_are_met(shared_data: Path, name: str, rows: int) -> None:
    batches = list(read_file(shared_data / name, name, "shared"))
    assert sum(batch.num_rows for batch in batches) == rows
    assert sum(batch["problem"].null_count for batch in batches) == rows


def test_the_corrupt_parquet_file_is_one_row_with_a_problem(shared_data: Path) -> None:
    name = "parquet_edge/bad_PARQUET-1481.parquet"
    (batch,) = read_file(shared_data / name, name, "shared")
    assert batch["row"].to_pylist() == [0]
    assert batch["problem"].to_pylist()[0].startswith("unreadable_file")
