"""A folder of made-up labelled sets in the form of the real ones, large enough that each half has every class."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.quality.labelled import counselling

GROUPS = 24
SUBJECTS = ("my work", "the exam", "my brother", "the new flat", "moving away", "sleeping badly", "the long winter", "my knee")
WARM = "I'm so sorry to hear about {}, that sounds really hard."
SEEN = "It seems that {} leaves you feeling alone with it."
ASKED = "What is it about {} that worries you most?"
FLAT = "Many people think about {} and it is what it is."
SEQUELS = (
    "When I came home it was late and the lamp in the hall was broken.",
    "There was a letter on the table and I did not open it.",
    "My neighbour asked me in for tea and we spoke for an hour.",
    "On the way back I counted the trees along the river.",
)
SIMPLE = (
    "transcript_id", "mi_quality", "video_url", "topic", "utterance_id", "interlocutor", "utterance_text",
    "main_therapist_behaviour", "client_talk_type",
)  # fmt: skip
FULL = (
    "transcript_id", "utterance_id", "annotator_id", "main_therapist_behaviour", "reflection_subtype", "question_subtype",
    "therapist_input_subtype",
)  # fmt: skip


def write_sets(folder: Path) -> None:
    """All sets that ``benchmarks/quality.py`` reads."""
    _epitome(folder)
    _annomi(folder)
    _support(folder)
    _dialogues(folder)
    _stressors(folder)


def _file(folder: Path, name: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _table(folder: Path, name: str, header: Sequence[str], records: Iterable[Sequence[object]]) -> None:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([header, *records])
    _file(folder, name).write_text(lines.getvalue(), encoding="utf-8", newline="")


def _lines(folder: Path, name: str, records: Iterable[object]) -> None:
    _file(folder, name).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _subject(number: int) -> str:
    return f"{SUBJECTS[number % len(SUBJECTS)]} in week {number}"


def _prompt(number: int) -> str:
    return f"I keep thinking about {_subject(number)}. {SEQUELS[number % 4]}"


def _reply(number: int) -> str:
    return f"{SEEN.format(_subject(number))} {SEQUELS[(number + 1) % 4]} {ASKED.format(_subject(number))}"


def _epitome(folder: Path) -> None:
    for place, (name, phrase) in enumerate((("emotional-reactions", WARM), ("interpretations", SEEN), ("explorations", ASKED))):
        records = []
        for number in range(3 * GROUPS):
            level = (number // 3**place) % 3
            levels = [(number // 3**other) % 3 for other in range(3)]
            said = [
                given.format(_subject(number))
                for given, times in zip((WARM, SEEN, ASKED), levels, strict=True)
                for _ in range(times)
            ]
            said = said or [FLAT.format(_subject(number))]
            records.append(
                (f"p{number // 3}", f"r{number}", _prompt(number // 3), " ".join(said), level, phrase if level else "")
            )
        _table(
            folder,
            f"epitome/{name}-reddit.csv",
            ("sp_id", "rp_id", "seeker_post", "response_post", "level", "rationales"),
            records,
        )


def _annomi(folder: Path) -> None:
    records, details = [], []
    for number in range(GROUPS):
        high, about = number % 3 != 0, _subject(number)
        first = (ASKED.format(about), "question") if high else (f"You must stop {about} now.", "therapist_input")
        said = [
            ("therapist", *first),
            ("client", _prompt(number), "n/a"),
            ("therapist", SEEN.format(about) if high else "That is wrong of you.", "reflection" if high else "other"),
            ("client", SEQUELS[number % 4], "n/a"),
            ("therapist", "Okay, go on." if high else f"Do you not know about {about}?", "other" if high else "question"),
        ]  # fmt: skip
        for place, (who, text, behaviour) in enumerate(said):
            talk = "neutral" if who == "client" else "n/a"
            records.append((number, "high" if high else "low", f"video-{number}", "habits", place, who, text, behaviour, talk))
            details.append((number, place, 1, behaviour, "n/a", "n/a", "n/a"))
    _table(folder, counselling.SIMPLE, SIMPLE, records)
    _table(folder, counselling.FULL, FULL, details)


def _support(folder: Path) -> None:
    good, failed = [], []
    for number in range(GROUPS):
        about = {
            "emotion_type": ("sadness", "anger")[number % 2],
            "problem_type": ("job crisis", "academic pressure")[number % 2],
        }
        turns = [("usr", _prompt(number)), ("sys", _reply(number)), ("usr", SEQUELS[number % 4]), ("sys", WARM.format("that"))]
        good.append({**about, "dialog": [{"speaker": who, "text": text, "strategy": "Question"} for who, text in turns]})
        short = [
            ("speaker", _prompt(number)),
            ("listener", FLAT.format(_subject(number))),
            ("speaker", "Hm."),
            ("listener", "Ok."),
        ]
        failed.append({**about, "dialog": [{"speaker": who, "content": text, "annotation": {}} for who, text in short]})
    _lines(folder, counselling.GOOD, good)
    _file(folder, counselling.FAILED).write_text(json.dumps(failed), encoding="utf-8")


def _dialogues(folder: Path) -> None:
    header = ("", "questionID", "questionTitle", "questionText", "answerText", "topic")
    topics = ("depression", "anxiety", "trauma")
    answers = [
        (number, number, f"About {_subject(number)}", _prompt(number), _reply(number), topics[number % 3])
        for number in range(GROUPS)
    ]
    _table(folder, "counsel_chat/20200325_counsel_chat.csv", header, answers)
    asked = [{"instruction": _prompt(number), "response": _reply(number), "topic": "Parenting"} for number in range(GROUPS)]
    _lines(folder, "mentalchat16k/instructions_with_topics.jsonl", asked)
    for emotion, start in (("anxious", 0), ("lonely", GROUPS)):
        spoken = [
            (f"d{number}", "utterance", who, text)
            for number in range(start, start + GROUPS)
            for who, text in (("speaker", _prompt(number)), ("listener", _reply(number)))
        ]
        _table(folder, f"empathetic_dialogues/{emotion}.csv", ("Dialog_ID", "Type", "Actor", "Text"), spoken)
    chats = [
        [{"content": _prompt(number), "role": "user"}, {"content": _reply(number), "role": "assistant"}]
        for number in range(GROUPS)
    ]
    pq.write_table(pa.table({"messages": chats}), _file(folder, "sft_formats/capybara_test.parquet"))


def _stressors(folder: Path) -> None:
    causes = ("work", "school", "family issues")
    records = [
        (
            f'Consider this post: "{_prompt(number)}" Question: What is the cause?',
            f"This post is related to {causes[number % 3]}. So.",
        )
        for number in range(GROUPS)
    ]
    _table(folder, "imhi/SAD.csv", ("query", "gpt-3.5-turbo"), records)
