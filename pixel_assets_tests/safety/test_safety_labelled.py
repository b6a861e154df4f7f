"""Readers of the labelled sets: every set is read as it was published, and each group lies in one half."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from pixel_assets.errors import SourceError, UsageError
from pixel_assets.labelled.rows import Labelled, half
from pixel_assets.labelled.split import is_fit
from pixel_assets.safety.labelled import bias, crisis, identifiers
from pixel_assets.safety.labelled.placeholders import aligned

Reader = Callable[[Path], Sequence[Labelled]]
READERS: list[tuple[Reader, int]] = [
    (crisis.read_crisis_scenarios, 26), (crisis.read_hard_crisis, 12), (crisis.read_cssrs, 252), (crisis.read_vera_mh, 21),
    (crisis.read_sad, 342), (crisis.read_dreaddit, 208), (crisis.read_xstest, 234), (crisis.read_epie_static, 65),
    (crisis.read_epie_formal, 50), (bias.read_hatecheck, 1981), (bias.read_identity_templates, 1253),
    (bias.read_crows_pairs, 756), (bias.read_winobias, 792), (bias.read_winogender, 120), (bias.read_bbq, 992),
    (identifiers.read_presidio_research, 774), (identifiers.read_generated_small, 100), (identifiers.read_pii_benchmark, 538),
    (identifiers.read_contextual_anonymizer, 496),
]  # fmt: skip
NAMES = [read.__name__ for read, _ in READERS]


@pytest.mark.parametrize(("read", "size"), READERS, ids=NAMES)
def test_a_set_is_read_as_a_whole_and_its_groups_are_never_torn(read: Reader, size: int, shared_data: Path) -> None:
    rows = read(shared_data)
    assert len(rows) >= size / 2  # as many as are published here; the other half has a few less or more
    fit, report = half(rows, "fit"), half(rows, "report")
    assert len(fit) + len(report) == len(half(rows, "all")) == len(rows)
    assert not {(row.dataset, row.group) for row in fit} & {(row.dataset, row.group) for row in report}
    assert len({(row.dataset, row.id) for row in rows}) == len(rows)


@pytest.mark.parametrize("read", [read for read, _ in READERS], ids=NAMES)
def test_a_missing_folder_is_named_together_with_the_option(read: Reader, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--data DIR") as error:
        read(tmp_path / "nothing")
    assert str(tmp_path / "nothing") in str(error.value)


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")
    return folder


def test_posts_of_a_user_are_turns(tmp_path: Path) -> None:
    write(tmp_path, crisis.CSSRS, "User,Post,Label\nuser-1,\"['first', 'it\\'s second']\",Ideation\n")
    (row,) = crisis.read_cssrs(tmp_path)
    assert [turn["content"] for turn in row.turns] == ["first", "it's second"]
    assert (row.group, row.label, row.crisis, row.fit) == ("user-1", "Ideation", True, is_fit("cssrs", "user-1"))


@pytest.mark.parametrize(
    ("literal", "found"),
    [
        ("['one', \"two's\"]", ["one", "two's"]),
        ("['one', 'two is cut of", ["one", "two is cut of"]),
        ("['one', 'it\\'s cu", ["one", "it's cu"]),
        ("['only one, cut", ["only one, cut"]),
        ("['one', ", ["one"]),
        ("['one', 'cut in an escape \\", ["one", "cut in an escape "]),
        (r"['don\xe2\x80\x99t']", ["don’t"]),
        (r"['don\\xe2\\x80\\x99t']", ["don’t"]),
        ("['', ' ', 'one']", ["one"]),
        ("[]", []),
    ],
)
def test_a_list_literal_is_read_as_far_as_it_goes(literal: str, found: list[str]) -> None:
    assert crisis.posts(literal) == found


def test_no_byte_escapes_are_left_in_posts(shared_data: Path) -> None:
    posts = [turn["content"] for row in half(crisis.read_cssrs(shared_data), "fit") for turn in row.turns]
    assert not [post for post in posts if "\\xe2" in post or "\xe2\x80" in post]


def test_a_prompt_is_taken_off_the_post_even_if_the_post_has_quotes(tmp_path: Path) -> None:
    query = 'Consider this post: "He said "no" twice." Question: What is the stress cause of this post?'
    quoted = query.replace('"', '""')
    write(tmp_path, "imhi/SAD.csv", f'query,gpt-3.5-turbo\n"{quoted}",This post shows other causes. Reasoning: none\n')
    (row,) = crisis.read_sad(tmp_path)
    assert row.turns == ({"role": "user", "content": 'He said "no" twice.'},)
    assert (row.crisis, row.group) == (False, 'He said "no" twice.')


def test_a_post_that_is_not_wrapped_is_an_error_that_names_the_record(tmp_path: Path) -> None:
    write(tmp_path, "imhi/SAD.csv", "query,gpt-3.5-turbo\nsomething private,answer\n")
    with pytest.raises(SourceError, match="record 2") as error:
        crisis.read_sad(tmp_path)
    assert "private" not in str(error.value)


def test_paragraphs_of_a_transcript_stay_in_their_turn(tmp_path: Path) -> None:
    header = "Name\tCurrent Risk Level\tDisclosure of Suicide Risk\tCurrent Suicidal Thoughts and Behaviors, Reasons for Living\n"
    write(tmp_path, crisis.PERSONAS, header + "Ari\tHigh\topen\tactive\n")
    write(tmp_path, f"{crisis.TRANSCRIPTS}/0a_Ari_x_run1.txt", "user: Hi.\n\nI am here.\n\nagent: Hello\nuser: the user: is me\n")
    (row,) = crisis.read_vera_mh(tmp_path)
    assert [turn["role"] for turn in row.turns] == ["user", "assistant", "user"]
    assert row.turns[0]["content"] == "Hi.\n\nI am here."
    assert (row.group, row.label, row.crisis) == ("Ari", "High", True)


def test_low_risk_is_neither_a_crisis_nor_none(shared_data: Path) -> None:
    labels = {(row.label, row.crisis) for row in crisis.read_vera_mh(shared_data)}
    assert labels <= {("None", False), ("Low", None), ("High", True), ("Imminent", True)}


def test_spans_lie_in_their_texts_in_order(shared_data: Path) -> None:
    for read in (identifiers.read_presidio_research, identifiers.read_generated_small, identifiers.read_pii_benchmark):
        for row in read(shared_data):
            assert all(0 <= span.start < span.end <= len(row.text) for span in row.spans)
            assert all(one.start <= two.start for one, two in pairwise(row.spans))


def test_both_rows_of_a_pair_are_in_one_half(shared_data: Path) -> None:
    halves: dict[str, set[bool]] = defaultdict(set)
    for row in identifiers.read_pii_benchmark(shared_data):
        if row.dataset == "pii_contextual":
            halves[row.id.rstrip("ab")].add(row.fit)
    assert {len(each) for each in halves.values()} == {1}


def test_every_label_says_its_type_or_why_it_is_out_of_scope() -> None:
    for labels in identifiers.meanings().values():
        for label, meaning in labels.items():
            assert meaning.type if meaning.in_scope else len(meaning.reason) > 10, label


def test_a_label_that_is_not_listed_counts_as_in_scope(tmp_path: Path) -> None:
    span = {"entity_type": "NEW", "entity_value": "x", "start_position": 0, "end_position": 1}
    row = {"full_text": "x", "masked": "{{NEW}}", "spans": [span], "template_id": 3}
    write(tmp_path, "presidio_research/synth_dataset_v2.json", json.dumps([row]))
    (read,) = identifiers.read_presidio_research(tmp_path)
    assert read.spans == (identifiers.LabelledSpan(0, 1, "NEW", None, True),)


def test_the_bom_and_the_line_ends_of_a_file_do_not_matter(tmp_path: Path) -> None:
    write(tmp_path, "xstest/xstest_prompts.csv", "\ufeffid,prompt,type,label\r\n7,How do I kill a process?,homonyms,safe\r\n")
    (row,) = crisis.read_xstest(tmp_path)
    assert (row.id, row.crisis) == ("7", False)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, "xstest/xstest_prompts.csv", "id,prompt\n7,text\n")
    with pytest.raises(SourceError, match="no column type, label"):
        crisis.read_xstest(tmp_path)


def test_pronouns_lose_their_brackets_and_sides_stay_aligned(tmp_path: Path) -> None:
    for side, pronoun in (("pro", "he"), ("anti", "she")):
        for kind in ("type1", "type2"):
            line = f"1 [The mover] thanked the cook because [{pronoun}] was tired.\n"
            write(tmp_path, f"winobias/{side}_stereotyped_{kind}.txt.dev", line)
    first, second = bias.read_winobias(tmp_path)
    assert first.more == "The mover thanked the cook because he was tired."
    assert first.less == second.less == "The mover thanked the cook because she was tired."
    assert (first.group, first.id, second.id) == ("0", "type1-0", "type2-0")


def test_triples_without_a_gender_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, "winogender/all_sentences.tsv", "sentid\tsentence\ncook.guest.1.male.txt\tHe eats.\n")
    with pytest.raises(SourceError, match="female, neutral"):
        bias.read_winogender(tmp_path)


def values(text: str, anonymised: str) -> list[tuple[str, str]] | None:
    spans = aligned(text, anonymised)
    return None if spans is None else [(text[start:end], label) for start, end, label in spans]


@pytest.mark.parametrize(
    ("text", "anonymised", "found"),
    [
        ("Call Ann at 555-0100.", "Call [NAME_1] at [PHONE_1].", [("Ann", "NAME"), ("555-0100", "PHONE")]),
        ("Ann Lee\n12 Rose St\nhi", "[NAME_1]\n[ADDRESS]\nhi", [("Ann Lee", "NAME"), ("12 Rose St", "ADDRESS")]),
        ("Ann at Sat at noon", "[NAME_1] at [DAY] at noon", [("Ann", "NAME"), ("Sat", "DAY")]),
        ("at at at at", "[A_1] at [B_1]", [("at", "A"), ("at at", "B")]),
        ("  dear  Ann, ", "Dear [NAME_1],", [("Ann", "NAME")]),
        ("nothing here", "nothing  here", []),
        ("nothing\nhere", "nothing here", None),
        ("Call Ann.", "Phone [NAME_1].", None),
        ("Call Ann. Bye", "Call [NAME_1].", None),
        ("Call .", "Call [NAME_1].", None),
    ],
)
def test_placeholders_stand_for_what_is_between_the_same_words(
    text: str, anonymised: str, found: list[tuple[str, str]] | None
) -> None:
    assert values(text, anonymised) == found


def test_an_alignment_with_many_ways_to_fail_ends() -> None:
    assert aligned("a " * 2000 + "end", " ".join(f"[NAME_{n}] a" for n in range(60)) + " no end") is None
