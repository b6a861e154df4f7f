"""Dialogues spread over rows: gathered, ordered, said once, with every row accounted for."""

from __future__ import annotations

from typing import Any

import pytest

from pixel_assets.conversation.detect import detect, format_named
from pixel_assets.conversation.formats.base import GroupDraft, GroupRejection, NumberedRecord
from pixel_assets.conversation.hints import Options

Record = dict[str, Any]


def convert(*records: Record, options: Options | None = None) -> list[GroupDraft | GroupRejection]:
    convert_all = format_named("utterance_table").convert_all
    assert convert_all is not None
    numbered = (NumberedRecord(place, record) for place, record in enumerate(records))
    return list(convert_all(numbered, options or Options()))


def row(dialogue: object, order: object, speaker: str, text: object, **more: object) -> Record:
    return {
        "transcript_id": dialogue,
        "utterance_id": order,
        "interlocutor": speaker,
        "utterance_text": text,
        **more,
    }


def test_rows_are_gathered_by_dialogue_and_ordered_by_number() -> None:
    first, second = convert(
        row("a", "10", "client", "ten"),
        row("b", "0", "client", "other"),
        row("a", "2", "therapist", "two"),
        row("b", "1", "therapist", "reply"),
    )
    assert isinstance(first, GroupDraft)
    assert first.draft.turns == [("assistant", "two"), ("user", "ten")]
    assert first.indices == (0, 2)
    assert isinstance(second, GroupDraft)
    assert second.indices == (1, 3)


def test_an_utterance_that_many_annotated_is_said_once_and_keeps_all_its_rows() -> None:
    (only,) = convert(
        row("a", "0", "client", "x", annotator_id="1"),
        row("a", "0", "client", "x", annotator_id="2"),
        row("a", "1", "therapist", "y", annotator_id="1"),
        row("a", "1", "therapist", "y", annotator_id="2"),
    )
    assert isinstance(only, GroupDraft)
    assert only.draft.turns == [("user", "x"), ("assistant", "y")]
    assert only.indices == (0, 1, 2, 3)


def test_what_is_constant_and_the_labels_of_turns_become_metadata() -> None:
    (only,) = convert(
        row("a", "0", "client", "x", mi_quality="high", timestamp="1", client_talk_type="change"),
        row("a", "1", "therapist", "y", mi_quality="high", timestamp="2", client_talk_type="n/a"),
    )
    assert isinstance(only, GroupDraft)
    assert only.draft.metadata == {"transcript_id": "a", "mi_quality": "high", "client_talk_type": ["change"]}


def test_a_situation_is_metadata_and_not_a_turn() -> None:
    rows = [
        {"Dialog_ID": "h", "Type": kind, "Actor": actor, "Text": text, "Label": "sad"}
        for kind, actor, text in (
            ("situation", "none", "s"),
            ("utterance", "speaker", "q"),
            ("utterance", "listener", "a"),
        )
    ]
    (only,) = convert(*rows)
    assert isinstance(only, GroupDraft)
    assert only.draft.turns == [("user", "q"), ("assistant", "a")]
    assert only.draft.metadata == {"Dialog_ID": "h", "Label": ["sad", "sad"], "situation": "s"}
    assert only.indices == (0, 1, 2)


def test_a_file_of_turns_without_a_dialogue_key_is_one_dialogue() -> None:
    (only,) = convert({"role": "client", "content": "q"}, {"role": "counselor", "content": "a"})
    assert isinstance(only, GroupDraft)
    assert only.draft.turns == [("user", "q"), ("assistant", "a")]


def test_rows_that_are_no_utterance_are_rejected_one_by_one() -> None:
    results = convert(
        {"x": 1},
        row("", "0", "client", "x"),
        row(None, "0", "client", "x"),
        row("a", "0", "stranger", "x"),
        row("a", "1", "client", 5),
    )
    reasons = [(r.rejection.reason, r.indices) for r in results if isinstance(r, GroupRejection)]
    assert reasons == [
        ("no_roles", (0,)),
        ("no_dialogue_id", (1,)),
        ("no_dialogue_id", (2,)),
        ("unknown_role", (3,)),
        ("malformed_turn", (4,)),
    ]


@pytest.mark.parametrize(
    ("dialogue", "turn", "speaker", "text"),
    [("Dialog_ID", "Turn", "Speaker", "Text"), ("CONVERSATION ID", "TURN NUMBER", "ROLE", "CONTENT")],
)
def test_columns_are_found_in_capitals_and_with_spaces(dialogue: str, turn: str, speaker: str, text: str) -> None:
    rows = [{dialogue: 1, turn: n, speaker: who, text: said} for n, who, said in ((2, "Therapist", "a"), (1, "Client", "q"))]
    assert detect(rows).name == "utterance_table"
    (only,) = convert(*rows)
    assert isinstance(only, GroupDraft)
    assert only.draft.turns == [("user", "q"), ("assistant", "a")]


@pytest.mark.parametrize("letters", ["CT", "PT", "pd"])
def test_letters_stand_for_speakers_together(letters: str) -> None:
    rows = [{"speaker": letters[0], "text": "q"}, {"speaker": letters[1], "text": "a"}]
    assert detect(rows).name == "utterance_table"
    (only,) = convert(*rows)
    assert isinstance(only, GroupDraft)
    assert only.draft.turns == [("user", "q"), ("assistant", "a")]


def test_letters_that_may_stand_for_anybody_are_unknown() -> None:
    rows = [{"speaker": "C", "text": "q"}, {"speaker": "S", "text": "a"}]
    assert detect(rows).name == "unknown_format"
    assert [r.rejection.reason for r in convert(*rows) if isinstance(r, GroupRejection)] == ["unknown_role"] * 2


def test_options_name_the_columns() -> None:
    options = Options(dialogue=("call",), speaker=("who",), text=("said",), assistant_roles=("volunteer",))
    (only,) = convert(
        {"call": 1, "who": "caller", "said": "q"},
        {"call": 1, "who": "volunteer", "said": "a"},
        options=options,
    )
    assert isinstance(only, GroupDraft)
    assert only.draft.turns == [("user", "q"), ("assistant", "a")]
