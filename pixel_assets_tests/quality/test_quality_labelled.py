"""Readers of the labelled sets on quality, and the failures that are made of true replies."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pixel_assets.errors import SourceError, UsageError
from pixel_assets.labelled.rows import Labelled, half
from pixel_assets.labelled.split import is_fit
from pixel_assets.quality.labelled import counselling, dialogues, empathy
from pixel_assets.quality.labelled.dialogues import TRUE, ReplyRow
from pixel_assets.quality.labelled.spoilt import KINDS, spoilt

Reader = Callable[[Path], Sequence[Labelled]]
READERS: list[tuple[Reader, int]] = [
    (empathy.read_epitome, 1542), (counselling.read_annomi, 71), (counselling.read_esconv, 130),
    (counselling.read_failed_esconv, 99), (dialogues.read_dialogues, 10_000),
]  # fmt: skip


@pytest.mark.parametrize(("read", "size"), READERS, ids=[read.__name__ for read, _ in READERS])
def test_a_set_is_read_as_a_whole_and_its_groups_are_never_torn(read: Reader, size: int, shared_data: Path) -> None:
    rows = read(shared_data)
    assert len(rows) >= size / 2  # as many as are published here; the other half has a few less or more
    fit, report = half(rows, "fit"), half(rows, "report")
    assert len(fit) + len(report) == len(rows)
    assert not {(row.dataset, row.group) for row in fit} & {(row.dataset, row.group) for row in report}
    assert len({(row.dataset, row.id) for row in rows}) == len(rows)


@pytest.mark.parametrize("read", [read for read, _ in READERS], ids=[read.__name__ for read, _ in READERS])
def test_a_missing_folder_is_named_together_with_the_option(read: Reader, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--data DIR") as error:
        read(tmp_path / "nothing")
    assert str(tmp_path / "nothing") in str(error.value)


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")
    return folder


def write_table(folder: Path, name: str, header: str, *records: Sequence[object]) -> Path:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([header.split(), *records])
    return write(folder, name, lines.getvalue())


PAIR = "sp_id rp_id seeker_post response_post level rationales"


def epitome(folder: Path, reactions: Sequence[object], interpretations: Sequence[object], explorations: Sequence[object]) -> Path:
    for name, record in zip(
        ("emotional-reactions", "interpretations", "explorations"), (reactions, interpretations, explorations), strict=True
    ):
        write_table(folder, f"epitome/{name}-reddit.csv", PAIR, record)
    return folder


def test_levels_of_a_reply_are_joined_over_three_files_with_the_places_of_their_reasons(tmp_path: Path) -> None:
    said = ("p", "r", "Nobody calls me.", "I'm sorry.\nWhat\nhappened?")
    epitome(tmp_path, (*said, 1, "I'm sorry.| |not said"), (*said, 0, ""), (*said, 2, "What\nhappened?"))
    (row,) = empathy.read_epitome(tmp_path)
    assert (row.group, row.id, row.fit) == ("p", "p-r", is_fit("epitome", "p"))
    assert (row.post, row.reply) == said[2:]
    assert row.emotional_reactions == (1, ((0, 10),))
    assert row.interpretations == (0, ())
    assert row.explorations == (2, ((11, 25),))


def test_a_pair_that_was_labelled_twice_is_two_rows(tmp_path: Path) -> None:
    for name, levels in (("emotional-reactions", (2, 1)), ("interpretations", (0, 0)), ("explorations", (0, 2))):
        records = [("p", "r", "post", "reply", level, "") for level in levels]
        write_table(tmp_path, f"epitome/{name}-reddit.csv", PAIR, *records)
    rows = empathy.read_epitome(tmp_path)
    assert [(row.id, row.emotional_reactions.level, row.explorations.level) for row in rows] == [("p-r", 2, 0), ("p-r-1", 1, 2)]


def test_a_pair_that_one_file_lacks_and_an_unknown_level_are_errors_that_quote_nothing(tmp_path: Path) -> None:
    said = ("post", "secret words", 0, "")
    epitome(tmp_path, ("p", "r", *said), ("p", "r", *said), ("p", "other", *said))
    with pytest.raises(SourceError, match="2 pairs") as error:
        empathy.read_epitome(tmp_path)
    assert "explorations-reddit.csv" in str(error.value)
    assert "secret" not in str(error.value)
    epitome(tmp_path, ("p", "r", *said), ("p", "r", "post", "secret words", 3, ""), ("p", "r", *said))
    with pytest.raises(SourceError, match="record 1 has another level"):
        empathy.read_epitome(tmp_path)


SIMPLE = (
    "transcript_id mi_quality video_url topic utterance_id interlocutor utterance_text main_therapist_behaviour client_talk_type"
)
FULL = (
    "transcript_id utterance_id annotator_id main_therapist_behaviour reflection_subtype question_subtype therapist_input_subtype"
)


def annomi(folder: Path) -> Path:
    write_table(
        folder, counselling.SIMPLE, SIMPLE,
        (7, "low", "a-video", " smoking ", 2, "therapist", "You worry.", "reflection", "n/a"),
        (7, "low", "a-video", " smoking ", 0, "therapist", "Hello. ", "other", "n/a"),
        (7, "low", "a-video", " smoking ", 1, "client", "I smoke.", "n/a", "sustain"),
        (7, "low", "a-video", " smoking ", 4, "therapist", "Do you?", "question", "n/a"),
    )  # fmt: skip
    return write_table(
        folder, counselling.FULL, FULL,
        (7, 2, 1, "reflection", "simple", "n/a", "n/a"), (7, 2, 2, "reflection", "complex", "n/a", "n/a"),
        (7, 2, 3, "reflection", "simple", "n/a", "n/a"), (7, 2, 4, "question", "n/a", "open", "n/a"),
        (7, 4, 1, "question", "n/a", "open", "n/a"), (7, 4, 2, "question", "n/a", "closed", "n/a"),
    )  # fmt: skip


def test_utterances_stand_in_order_with_the_detail_that_most_annotators_give(tmp_path: Path) -> None:
    (row,) = counselling.read_annomi(annomi(tmp_path))
    assert (row.id, row.group, row.high, row.topic) == ("7", "a-video", False, "smoking")
    assert row.fit == is_fit("annomi", "a-video")
    assert [(u.number, u.role, u.behaviour, u.detail, u.talk) for u in row.utterances] == [
        (0, "assistant", "other", "", ""), (1, "user", "", "", "sustain"),
        (2, "assistant", "reflection", "simple", ""), (4, "assistant", "question", "closed", ""),
    ]  # fmt: skip
    assert row.turns == (
        {"role": "assistant", "content": "Hello."}, {"role": "user", "content": "I smoke."},
        {"role": "assistant", "content": "You worry.\nDo you?"},
    )  # fmt: skip


def test_an_unknown_behaviour_is_an_error_that_names_the_utterance(tmp_path: Path) -> None:
    annomi(tmp_path)
    write_table(tmp_path, counselling.SIMPLE, SIMPLE, (7, "low", "", "", 3, "therapist", "secret", "sermon", "n/a"))
    with pytest.raises(SourceError, match="utterance 3 of transcript 7") as error:
        counselling.read_annomi(tmp_path)
    assert "secret" not in str(error.value)


def test_both_files_of_support_give_the_same_form(tmp_path: Path) -> None:
    about = {"emotion_type": "sadness", "problem_type": "job crisis", "situation": "not a turn"}
    good = [
        {"text": "Hi", "speaker": "usr"}, {"text": "there", "speaker": "usr"},
        {"text": "What is it?", "speaker": "sys", "strategy": "Question"}, {"text": "Hm", "speaker": "sys", "strategy": "Others"},
    ]  # fmt: skip
    failed = [
        {"content": "Hi\n", "speaker": "speaker", "annotation": {}},
        {"content": "there\n", "speaker": "speaker", "annotation": {}},
        {"content": "What is it?", "speaker": "listener", "annotation": {"strategy": "Questions"}},
        {"content": "\n", "speaker": "speaker", "annotation": {"feedback": "1"}},
        {"content": "Hm\n", "speaker": "listener", "annotation": {"strategy": "Other"}},
    ]  # fmt: skip
    write(tmp_path, counselling.GOOD, json.dumps({**about, "dialog": good}) + "\n")
    write(tmp_path, counselling.FAILED, json.dumps([{**about, "dialog": failed}]))
    (one,), (other,) = counselling.read_esconv(tmp_path), counselling.read_failed_esconv(tmp_path)
    assert (
        one.turns
        == other.turns
        == ({"role": "user", "content": "Hi\nthere"}, {"role": "assistant", "content": "What is it?\nHm"})
    )
    assert one.strategies == other.strategies == ((), ("Question", "Others"))
    assert (one.dataset, one.good, other.dataset, other.good) == ("esconv", True, "failed_esconv", False)
    assert (one.emotion, one.problem) == ("sadness", "job crisis")


def test_an_unknown_speaker_is_an_error_that_names_the_conversation(tmp_path: Path) -> None:
    dialog = [{"text": "secret", "speaker": "nobody"}]
    write(tmp_path, counselling.GOOD, json.dumps({"emotion_type": "", "problem_type": "", "dialog": dialog}))
    with pytest.raises(SourceError, match="conversation 0 has the speaker 'nobody'") as error:
        counselling.read_esconv(tmp_path)
    assert "secret" not in str(error.value)


def test_no_words_of_transcripts_and_conversations_are_lost(shared_data: Path) -> None:
    for row in half(counselling.read_annomi(shared_data), "fit"):
        said = [utterance.text for utterance in row.utterances]
        assert "\n".join(turn["content"] for turn in row.turns).split() == " ".join(said).split()
    records = json.loads((shared_data / counselling.FAILED).read_bytes())
    for row in half(counselling.read_failed_esconv(shared_data), "fit"):
        said = [turn["content"] for turn in records[int(row.id)]["dialog"]]
        assert " ".join(turn["content"] for turn in row.turns).split() == " ".join(said).split()
        assert [turn["role"] for turn in row.turns] == [("user", "assistant")[bool(names)] for names in row.strategies]


def dialogue_folder(folder: Path) -> Path:
    annomi(folder)
    said = [{"text": "Hi", "speaker": "usr"}, {"text": "Hello", "speaker": "sys"}, {"text": "Bye", "speaker": "usr"}]
    write(folder, counselling.GOOD, json.dumps({"emotion_type": "", "problem_type": "", "dialog": said}))
    answers = [
        (0, 5, "Title?", " More.\nHelp? ", "Answer."),
        (1, 5, "Title?", "More.\nHelp?", " Answer."),
        (2, 5, "Title?", "", "Other."),
    ]
    write_table(folder, "counsel_chat/20200325_counsel_chat.csv", "x questionID questionTitle questionText answerText", *answers)
    file = folder / "counsel_chat/20200325_counsel_chat.csv"
    file.write_bytes(file.read_bytes().replace(b"x,", b",", 1))  # the index has no name
    write(folder, "mentalchat16k/instructions_with_topics.jsonl", json.dumps({"instruction": "How?", "response": "So."}))
    emotions = [
        ("d", "situation", "none", "not a turn"), ("d", "utterance", "speaker", "I am nervous."),
        ("d", "utterance", "listener", "Of what?"), ("d", "utterance", "speaker", "Mice."), ("d", "utterance", "listener", "Oh."),
    ]  # fmt: skip
    write_table(folder, "empathetic_dialogues/anxious.csv", "Dialog_ID Type Actor Text", *emotions)
    write_table(folder, "empathetic_dialogues/lonely.csv", "Dialog_ID Type Actor Text")
    (folder / "sft_formats").mkdir()
    messages = [{"content": "Why?", "role": "user"}, {"content": "Because.", "role": "assistant"}]
    pq.write_table(pa.table({"messages": [messages]}), folder / "sft_formats/capybara_test.parquet")
    return folder


def test_every_reply_to_a_user_is_a_row_with_all_that_was_said_before(tmp_path: Path) -> None:
    rows = dialogues.read_dialogues(dialogue_folder(tmp_path))
    assert [(row.dataset, row.id, row.prompt, row.reply) for row in rows] == [
        ("counsel_chat", "5-0", "Title?\nMore.\nHelp?", "Answer."), ("counsel_chat", "5-2", "Title?", "Other."),
        ("mentalchat16k", "0-1", "How?", "So."), ("empathetic_dialogues", "d-1", "I am nervous.", "Of what?"),
        ("empathetic_dialogues", "d-3", "Mice.", "Oh."), ("esconv", "0-1", "Hi", "Hello"),
        ("annomi", "7-2", "I smoke.", "You worry.\nDo you?"), ("capybara", "0-1", "Why?", "Because."),
    ]  # fmt: skip
    assert all(row.kind == TRUE and row.fit == is_fit(row.dataset, row.group) for row in rows)
    assert [len(row.context) for row in rows] == [1, 1, 1, 1, 3, 1, 2, 1]


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    write(dialogue_folder(tmp_path), "sft_formats/capybara_test.parquet", "no parquet")
    with pytest.raises(SourceError, match=r"capybara_test\.parquet"):
        dialogues.read_dialogues(tmp_path)


def reply(number: int, prompt: str, said: str, *, fit: bool = True, dataset: str = "set") -> ReplyRow:
    return ReplyRow(dataset, str(number), f"{number}-1", fit, TRUE, ({"role": "user", "content": prompt},), said)


SLEEP, NIGHTS = "I cannot sleep at night and I lie awake for hours.", "I lie awake at night, sleep never comes."
DOG, CAT = "My dog died and the house is so quiet now.", "My cat died last week and the house is empty."
ROWS = [
    reply(0, SLEEP, "That sounds tiring. You can try to get up at the same time each day."),
    reply(1, NIGHTS, "You are worn out by these nights. What goes through your mind as you lie there?"),
    reply(2, DOG, "I am sorry about your dog. It is hard when a house turns quiet all at once."),
    reply(3, CAT, "You miss your cat very much. It is good that you speak about it with me."),
]


def of_kind(rows: Sequence[ReplyRow], kind: str) -> dict[str, str]:
    return {row.group: row.reply for row in rows if row.kind == kind}


def test_failures_are_the_same_each_time_and_keep_group_half_and_context() -> None:
    made = spoilt(ROWS)
    assert made == spoilt(ROWS)
    assert {row.kind for row in made} == set(KINDS)
    true = {row.group: row for row in ROWS}
    for row in made:
        assert row.id == f"{true[row.group].id}:{row.kind}"
        assert (row.context, row.fit) == (true[row.group].context, true[row.group].fit)
        assert row.reply != true[row.group].reply


def test_another_reply_comes_from_another_group_of_the_same_set_and_half() -> None:
    strangers = [
        reply(7, "I lie awake.", "A reply of the half that is reported only.", fit=False),
        reply(8, "x", "One of another set, I think.", dataset="o"),
    ]
    made = spoilt([*ROWS, *strangers], ("shuffled", "same_topic"))
    theirs = {row.reply for row in ROWS}
    assert all(row.reply in theirs and row.dataset == "set" and row.fit for row in made)
    assert len(of_kind(made, "shuffled")) == len(ROWS)


def test_the_reply_on_the_same_topic_answers_the_nearest_question() -> None:
    found = of_kind(spoilt(ROWS, ("same_topic",)), "same_topic")
    assert found == {"0": ROWS[1].reply, "1": ROWS[0].reply, "2": ROWS[3].reply, "3": ROWS[2].reply}


def test_the_same_question_in_another_conversation_is_no_wrong_one() -> None:
    again = reply(9, ROWS[0].prompt, "There is much that helps with that, and much to ask.")
    assert of_kind(spoilt([*ROWS, again], ("same_topic",)), "same_topic")["0"] == ROWS[1].reply


def test_a_cut_reply_ends_within_a_sentence_of_the_true_one() -> None:
    for row in spoilt(ROWS, ("truncated",)):
        whole = next(each.reply for each in ROWS if each.group == row.group)
        assert whole.startswith(row.reply)
        assert row.reply[-1].isalnum()
        assert 0.25 <= len(row.reply.split()) / len(whole.split()) <= 0.85


def test_a_repeating_reply_says_a_sentence_of_its_own_or_of_the_user_again() -> None:
    for row in spoilt(ROWS, ("repeated",)):
        twice = [sentence for sentence, times in Counter(row.reply.split(". ")).items() if times > 1]
        assert twice or row.prompt.rstrip(".") in row.reply or row.reply.count(row.reply.split("? ")[-1]) > 1


def test_a_contradicting_reply_says_the_opposite_as_well() -> None:
    found = of_kind(spoilt(ROWS, ("contradicted",)), "contradicted")
    assert "You are worn out by these nights. You are not worn out by these nights." in found["1"]


def test_replies_of_which_no_failure_can_be_made_have_none() -> None:
    assert spoilt([reply(0, "Is it late?", "Yes.")], ("shuffled", "same_topic", "truncated", "contradicted")) == []
    assert spoilt([]) == []
