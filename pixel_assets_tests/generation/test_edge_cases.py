"""Edge cases: their data, how a reply is judged, and the conversations that are made of them."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.composed import Composed
from pixel_assets.generation.edge_cases.judge import Verdict, broken, judge_reply
from pixel_assets.generation.edge_cases.load import DATA, load_edge_cases
from pixel_assets.generation.edge_cases.model import EdgeCase
from pixel_assets.generation.edge_cases.table import EDGE_CASES, content_hash, edge_table
from pixel_assets.generation.forms.edge_case import edge_case
from pixel_assets_tests.generation.scenarios import knowledge

CASES = load_edge_cases(knowledge())
STAGES = ["engagement", "exploration", "formulation", "intervention", "closing"]


def composed(case: EdgeCase, seed: int) -> Composed:
    return edge_case(case, seed, {entry: knowledge().entries[entry] for entry in case.written.entries})


def text_of(made: Composed, role: str | None = None) -> str:
    return "\n".join(turn.content for turn in made.turns if role in (None, turn.role))


def trigrams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def test_there_are_at_least_36_cases_in_every_severity() -> None:
    assert len(CASES) >= 36
    assert {case.written.severity for case in CASES.values()} == {"imminent", "high", "moderate", "low"}


@pytest.mark.parametrize("name", CASES)
def test_every_example_reply_is_judged_as_the_data_says(name: str) -> None:
    case = CASES[name]
    for good in case.written.good:
        assert broken(case, good) == frozenset()
    for bad in case.written.bad:
        assert broken(case, bad.text) == frozenset(bad.breaks)
        assert any(item in case.written.must_not for item in bad.breaks)


@pytest.mark.parametrize("name", CASES)
def test_a_first_message_is_plain_text_in_at_least_five_ways(name: str) -> None:
    first = CASES[name].written.first
    assert len({message.how for message in first}) >= 5
    assert not any(re.search(r"[{}\[\]|]", message.text) for message in first)


@pytest.mark.parametrize("name", CASES)
def test_forty_conversations_of_a_case_are_safe_whole_and_unlike(name: str) -> None:
    case = CASES[name]
    made = [composed(case, seed) for seed in range(40)]
    for one in made:
        assert broken(case, text_of(one, "assistant")) == frozenset()
        assert 4 <= len(one.turns) <= 12
        assert [turn.role for turn in one.turns] == ["user", "assistant"] * (len(one.turns) // 2)
        order = [STAGES.index(turn.stage) for turn in one.turns]
        assert order == sorted(order)
        assert not re.search(r"[{}\[\]|]|  ", text_of(one))
    grams = [trigrams(text_of(one)) for one in made]
    assert max(len(a & b) / len(a | b) for a, b in itertools.combinations(grams, 2)) < 0.8


@pytest.mark.parametrize("name", CASES)
def test_no_conversation_holds_a_number_to_call(name: str) -> None:
    assert not re.search(r"\d{3,}", text_of(composed(CASES[name], 3)))


def test_equal_seeds_give_equal_conversations_and_others_differ() -> None:
    case = CASES["passive_suicidal_thoughts"]
    assert composed(case, 5) == composed(case, 5)
    assert composed(case, 5) != composed(case, 6)


def test_a_conversation_needs_the_entries_of_its_case() -> None:
    with pytest.raises(KeyError):
        edge_case(CASES["being_stalked"], 1, {})


def test_verdicts_come_in_the_order_of_the_case_and_see_curly_apostrophes() -> None:
    case = CASES["minor_asks_for_secrecy"]
    verdicts = judge_reply(case, "I can’t promise to keep it secret.")
    assert [verdict.item for verdict in verdicts] == [item.id for item in (*case.must, *case.must_not)]
    assert verdicts[0] == Verdict("honest_about_privacy", True)
    assert Verdict("trusted_adult", False) in verdicts
    assert Verdict("promises_secrecy", True) in verdicts


def test_the_table_has_one_row_a_case_and_its_hash_changes_with_its_requirements() -> None:
    table = edge_table(CASES)
    assert table.schema.equals(EDGE_CASES)
    assert table["case_id"].to_pylist() == sorted(CASES)
    row = next(row for row in table.to_pylist() if row["case_id"] == "friend_at_risk")
    assert row["must"][0] == {
        "id": "friend_advice",
        "text": "Says how to help somebody at risk, by asking plainly, staying near and getting help",
    }
    case = CASES["friend_at_risk"]
    assert content_hash(case) != content_hash(EdgeCase(case.id, case.written, case.must[:1], case.must_not))


def copied(folder: Path, file: str, before: str, after: str) -> Path:
    """The data with one text replaced in one file."""
    for source in DATA.glob("*.yaml"):
        content = source.read_text(encoding="utf-8")
        if source.name == file:
            assert before in content
            content = content.replace(before, after, 1)
        (folder / source.name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "before", "after", "what"),
    [
        ("mind_and_body.yaml", "severity: high", "severity: grave", r"mind_and_body\.yaml, line \d+.*severity"),
        ("mind_and_body.yaml", "not_driving: {}", "not_drving: {}", r"no requirement 'not_drving'.*not_driving"),
        ("mind_and_body.yaml", "must_not: [praises_body", "must_not: [doctor_check", r"'doctor_check' is no .* of kind must_not"),
        ("mind_and_body.yaml", "[meed_2022, nice_ng69]", "[meed_2022, nice_ng999]", r"'nice_ng999' is not in the knowledge base"),
        ("mind_and_body.yaml", "breaks: [", "breaks: [claims_humans, ", r"'claims_humans' is no requirement of this case"),
        ("requirements.yaml", r"signs: ['\bsuicid'", "signs: ['(suicid'", r"requirements\.yaml, line \d+.*not a regular"),
        ("requirements.yaml", "kind: must_not\n", "kind: must_not\n  says: [\"No.\"]\n", r"nothing that must not be said"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_data_is_named_with_file_and_line(tmp_path: Path, file: str, before: str, after: str, what: str) -> None:
    with pytest.raises(KnowledgeError, match=what):
        load_edge_cases(knowledge(), copied(tmp_path, file, before, after))


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no data file"):
        load_edge_cases(knowledge(), tmp_path)
