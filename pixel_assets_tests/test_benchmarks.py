"""The benchmarks run, their corpus is what its truth says, and their figures have the form that is documented."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.quality.text import normalise
from pixel_assets.quality.traits import traits
from pixel_assets.sources.readers import read_file

from .conftest import Once

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
ROWS = 3000
KEYS = {"name", "value", "unit", "goal", "met", "peer", "peer_value", "ratio", "n", "interval"}
# Every kind often enough for a corpus this small
RATES = {"chain": 0.02, "malformed": 0.05, "near_duplicate": 0.05, "identifier": 0.1, "crisis": 0.05, "language": 0.03}

Row = dict[str, Any]
Truth = dict[str, list[Row]]


def run(script: str, *arguments: str) -> str:
    variables = {"PYTHONPATH": str(BENCHMARKS.parent), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(BENCHMARKS / script), *arguments]
    done = subprocess.run(command, env=os.environ | variables, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def make(folder: Path, *more: str) -> None:
    rates = [part for kind, share in RATES.items() for part in ("--rate", f"{kind}={share}")]
    run("make_corpus.py", str(folder), "--rows", str(ROWS), "--planted", *rates, *more)


@pytest.fixture(scope="module")
def corpus(once: Once) -> Path:
    return once("planted-corpus", make)


@pytest.fixture(scope="module")
def truth(corpus: Path) -> Truth:
    found: Truth = defaultdict(list)
    for row in pq.read_table(corpus / "truth.parquet").to_pylist():
        found[row["kind"]].append(row)
    return found


@pytest.fixture(scope="module")
def lines(corpus: Path) -> list[bytes]:
    return (corpus / "merged_dataset.jsonl").read_bytes().splitlines()


def said(lines: list[bytes], row: Row) -> list[str]:
    """Texts of the turns of a planted row."""
    return [turn["content"] for turn in orjson.loads(lines[row["row"] - 1])["messages"]]


def shingles(texts: list[str]) -> set[tuple[str, ...]]:
    words = " ".join(normalise(text).form for text in texts).split()
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def similarity(one: list[str], other: list[str]) -> float:
    first, second = shingles(one), shingles(other)
    return len(first & second) / len(first | second)


def clusters(rows: list[Row]) -> dict[int, dict[int, Row]]:
    found: dict[int, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        found[row["cluster"]][row["member"]] = row
    return found


def test_the_same_arguments_give_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    make(tmp_path)
    for name in ("merged_dataset.jsonl", "truth.parquet", "sources.yaml"):
        assert (tmp_path / name).read_bytes() == (corpus / name).read_bytes(), name


def test_the_number_of_processes_does_not_change_the_bytes(tmp_path: Path) -> None:
    write = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from planted.corpus import *\n"
        "if __name__ == '__main__': write_corpus(Path(sys.argv[2]), Recipe(9000, Rates(), 5), int(sys.argv[3]))"
    )
    for count in ("1", "2"):
        script = tmp_path / "write.py"
        script.write_text(write)
        subprocess.run([sys.executable, script, BENCHMARKS, tmp_path / count, count], check=True)
    for name in ("merged_dataset.jsonl", "truth.parquet"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def test_every_kind_is_planted_as_often_as_its_rate_says(truth: Truth, lines: list[bytes]) -> None:
    assert len(lines) == ROWS
    assert {kind: len(truth[kind]) for kind in RATES} == {kind: round(ROWS * share) for kind, share in RATES.items()}
    assert {"exact_duplicate", "spelling_duplicate", "shared_form", "system_prompt", "lookalike", "idiom"} <= truth.keys()


def test_exact_duplicates_have_equal_turns_and_no_cluster_has_one_member(truth: Truth, lines: list[bytes]) -> None:
    for members in clusters(truth["exact_duplicate"]).values():
        assert len(members) >= 2
        assert len({tuple(said(lines, row)) for row in members.values()}) == 1


def test_spelling_duplicates_are_equal_up_to_case_space_and_punctuation(truth: Truth, lines: list[bytes]) -> None:
    for members in clusters(truth["spelling_duplicate"]).values():
        texts = [tuple(said(lines, row)) for row in members.values()]
        assert len(set(texts)) == len(texts)
        assert len({tuple(normalise(text).form for text in turns) for turns in texts}) == 1


def test_near_duplicates_are_as_similar_as_the_truth_says(truth: Truth, lines: list[bytes]) -> None:
    found = 0
    for members in clusters(truth["near_duplicate"]).values():
        original = said(lines, members[0])
        for number, row in members.items():
            if number:
                assert similarity(original, said(lines, row)) == row["jaccard"]
                assert abs(row["jaccard"] - row["bucket"]) <= 0.02
                found += 1
    assert found > 50
    assert {row["bucket"] for row in truth["near_duplicate"]} == {None, 0.95, 0.85, 0.7, 0.5}


def test_a_chain_is_similar_from_link_to_link_and_not_at_a_distance(truth: Truth, lines: list[bytes]) -> None:
    chain = [said(lines, row) for row in sorted(truth["chain"], key=lambda row: row["member"])]
    assert len(chain) == 60
    assert min(similarity(one, other) for one, other in pairwise(chain)) > 0.7
    assert max(similarity(one, other) for one, other in zip(chain, chain[10:], strict=False)) < 0.1


def test_chats_with_a_shared_form_are_different_chats(truth: Truth, lines: list[bytes]) -> None:
    rows = [row for row in truth["shared_form"] if row["cluster"] == truth["shared_form"][0]["cluster"]]
    texts = [said(lines, row) for row in rows]
    assert len({text[0][:100] for text in texts}) == 1
    assert len({text[0] for text in texts}) == len(texts)


def test_spans_hold_what_they_are_labelled_as(truth: Truth, lines: list[bytes]) -> None:
    shapes = {"phone": "555", "email": "@example.org", "iban": "TEST", "medical_record": "MRN ", "person": " ", "address": ", "}
    seen = set()
    for row in truth["identifier"]:
        texts = said(lines, row)
        for span in row["spans"]:
            text = texts[span["turn"]][span["start"] : span["end"]]
            assert shapes.get(span["label"], "/") in text, span
            seen.add(span["label"])
    assert seen == {*shapes, "date_of_birth"}


def test_statements_of_a_crisis_are_the_users_and_graded(truth: Truth, lines: list[bytes]) -> None:
    assert {row["label"] for row in truth["crisis"]} == {"none", "passive", "active", "plan"}
    for row in [*truth["crisis"], *truth["idiom"], *truth["lookalike"]]:
        (span,) = row["spans"]
        assert span["turn"] % 2 == 0
        statement = said(lines, row)[span["turn"]][span["start"] : span["end"]]
        assert statement[0].isupper()
        assert statement[-1] in ".?"


def test_account_numbers_have_right_check_digits(truth: Truth, lines: list[bytes]) -> None:
    numbers = [
        said(lines, row)[span["turn"]][span["start"] : span["end"]].replace(" ", "")
        for row in truth["identifier"]
        for span in row["spans"]
        if span["label"] == "iban"
    ]
    assert numbers
    assert {int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 for number in numbers} == {1}


def test_malformed_rows_are_rejected_for_their_reason_and_no_others(corpus: Path, truth: Truth) -> None:
    file = corpus / "merged_dataset.jsonl"
    parts = list(standardize_file(read_file(file, file.name, "made_up"), SourceHints("made_up", "mental_health")))
    rejected = {row["row"]: row["reason"] for part in parts for row in part.rejected.to_pylist()}
    assert rejected == {row["row"]: row["reason"] for row in truth["malformed"]}
    assert len({row["label"] for row in truth["malformed"]}) == 17
    assert sum(part.conversations.num_rows for part in parts) == ROWS - len(rejected)


def test_other_languages_are_recognised_as_what_they_are(corpus: Path, truth: Truth) -> None:
    file = corpus / "merged_dataset.jsonl"
    spoken = {row["row"]: row["label"] for row in truth["language"]}
    assert set(spoken.values()) == {"de", "fr", "es", "nl", "pt", "ru", "zh", "ja"}
    for part in standardize_file(read_file(file, file.name, "made_up"), SourceHints("made_up", "mental_health")):
        rows = part.conversations["rows"].to_pylist()
        for (row,), language in zip(rows, traits(part.conversations)["language"].to_pylist(), strict=True):
            if row in spoken:
                assert language == spoken[row]


def test_a_mixed_corpus_has_records_of_many_shapes(tmp_path: Path) -> None:
    make(tmp_path, "--mixed")
    shapes = set()
    for line in (tmp_path / "merged_dataset.jsonl").read_bytes().splitlines():
        try:
            record = orjson.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            shapes.add(min(record.keys() - {"system", "history"}))
    assert shapes == {"messages", "conversations", "input", "Context", "Complex_CoT"}


def test_a_rate_that_does_not_exist_is_named_and_the_others_listed(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "make_corpus.py"), str(tmp_path), "--rate", "noise=0.1"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 1
    assert "noise" in done.stderr
    assert "near_duplicate" in done.stderr


def test_the_files_by_category_hold_as_many_records_as_asked_for(tmp_path: Path) -> None:
    run("make_corpus.py", str(tmp_path), "--rows", "100")
    counts = {path.stem: len(path.read_bytes().splitlines()) for path in tmp_path.glob("*.jsonl")}
    assert counts == {"psychology": 30, "voice": 25, "mental_health": 20, "reasoning": 15, "personality": 10}
    assert run("make_corpus.py", str(tmp_path), "--change", "0.1") == "10 records changed\n"


def test_the_figures_of_standardize_say_that_all_goals_of_truth_are_met(tmp_path: Path) -> None:
    arguments = ["--rows", "600", "--repeats", "1", "--json", "--keep", str(tmp_path)]
    variables = {"PYTHONPATH": str(BENCHMARKS.parent), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(BENCHMARKS / "standardize.py"), *arguments]
    done = subprocess.run(command, env=os.environ | variables, text=True, capture_output=True, check=False)
    figures = {figure["name"]: figure for figure in json.loads(done.stdout)}
    assert all(figure.keys() >= KEYS for figure in figures.values())
    assert figures["raw to conversations, one process"]["peer"] == "duckdb rewrite"
    assert figures["pixel build conversations"]["ratio"] > 0
    for name in (
        "records without exactly one outcome",
        "malformed rows rejected for their reason",
        "sound rows rejected",
        "exact duplicates with one id",
    ):
        assert figures[name]["met"], figures[name]


def test_the_figures_of_generate_have_their_form_and_their_goals_are_met() -> None:
    figures = json.loads(run("generate.py", "--rows", "300", "--changed-rows", "0", "--json"))
    assert all(set(figure) >= KEYS for figure in figures)
    found = {figure["name"]: figure for figure in figures}
    assert found["near-duplicates (Jaccard >= 0.8)"]["met"]
    assert found["rejected by clinical rules"]["value"] < 0.05
    assert found["conversations written and judged, rate"]["value"] > 0


def test_the_figures_of_the_validator_say_which_sets_it_was_tuned_on() -> None:
    figures = json.loads(run("validator.py", "--json"))
    assert all(set(figure) >= KEYS for figure in figures)
    names = [figure["name"] for figure in figures]
    assert any("held" in name for name in names)
    assert any("tuned" in name for name in names)


def test_the_figures_of_dedup_have_their_form_and_what_is_found_is_right(tmp_path: Path) -> None:
    sections = [part for name in ("digests", "near", "semantic") for part in ("--section", name)]
    arguments = ["--rows", "6000", "--json", "--peers", str(tmp_path / "none"), *sections]
    figures = json.loads(run("dedup.py", *arguments))
    assert all(set(figure) >= KEYS for figure in figures)
    found = {figure["name"]: figure for figure in figures}
    for name in (
        "digests equal to datasketch's",
        "near-duplicates, precision by exact Jaccard",
        "near-duplicates, recall at J >= 0.8, brute force",
        "semantic index, recall at cosine >= 0.9",
    ):
        assert found[name]["met"], found[name]
