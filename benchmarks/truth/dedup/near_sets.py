"""Labelled sets for near-duplicates: what must be found, and what must not be merged however alike it looks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pixel_assets.conversation.markup import without_entities, without_html
from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.text import normalise


@dataclass(frozen=True)
class Labelled:
    """Conversations, and pairs of them by number of row with what they are labelled; ``rows`` has the column ``turns``.

    ``groups`` names for each pair what it was made of: those of one group are alike, and an interval is drawn over groups.
    """

    rows: pa.Table
    pairs: tuple[tuple[int, int, str], ...]
    groups: tuple[str, ...]

    def labelled(self, label: str) -> set[tuple[int, int]]:
        """The pairs of one label."""
        return set(self.grouped(label))

    def grouped(self, label: str) -> dict[tuple[int, int], str]:
        """The pairs of one label, in order, and the group of each."""
        named = zip(self.pairs, self.groups, strict=True)
        return {(left, right): group for (left, right, given), group in named if given == label}


def counsel_chat(folder: Path) -> Labelled:
    """Answers of therapists in two exports of one site, the later one in HTML; a pair "shared" has question and answer in both.

    An answer is shared where the words of the two are equal in their order; so is a question. A group is what was answered to one
    question.
    """
    first = list(_answers(folder / "counsel_chat" / "20200325_counsel_chat.csv"))
    second = list(_answers(folder / "counsel_chat" / "counselchat-data.csv"))
    known: dict[tuple[str, str], list[int]] = {}
    for number, (question, answer) in enumerate(first):
        known.setdefault((_form(question), _form(answer)), []).append(number)
    found = [
        (question, (left, len(first) + number, "shared"))
        for number, (question, answer) in enumerate(second)
        for left in known.get((_form(question), _form(answer)), [])
        if _form(answer)
    ]
    turns = [[("user", question), ("assistant", answer)] for question, answer in first + second]
    return Labelled(_conversations(turns), tuple(pair for _, pair in found), tuple(_form(question) for question, _ in found))


def plagiarism(folder: Path) -> Labelled:
    """Short answers against the article that they rest on, by how: "cut", "light" or "heavy" revision, "non" (Clough and
    Stevenson 2011). A group is what one person wrote."""
    with (folder / "plagiarism" / "file_information.csv").open(newline="", encoding="utf-8") as lines:
        files = list(csv.DictReader(lines))
    original = {row["Task"]: number for number, row in enumerate(files) if row["Category"] == "orig"}
    answers = [(number, row) for number, row in enumerate(files) if row["Category"] != "orig"]
    pairs = [(number, original[row["Task"]], row["Category"]) for number, row in answers]
    writers = [row["File"].partition("_")[0] for _, row in answers]
    texts = [_text(folder / "plagiarism" / row["File"]) for row in files]
    return Labelled(_conversations([[("assistant", text)] for text in texts]), tuple(pairs), tuple(writers))


def medical_questions(folder: Path) -> Labelled:
    """Pairs of questions that doctors wrote to ask "same" or "other" than each other (McCreery et al. 2020).

    Grouped by the first."""
    with (folder / "mqp" / "mqp.csv").open(newline="", encoding="utf-8") as lines:
        rows = [(one, two, "same" if same == "1" else "other") for _, one, two, same in csv.reader(lines)]
    return _sentence_pairs(rows)


def sentences(folder: Path) -> Labelled:
    """Pairs of sentences by what the first says of the second: "ENTAILMENT", "NEUTRAL", "CONTRADICTION" (Marelli et al. 2014);
    grouped by the first, which may stand in several pairs."""
    with (folder / "sick" / "SICK_train.txt").open(newline="", encoding="utf-8") as lines:
        read = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [(row["sentence_A"], row["sentence_B"], row["entailment_judgment"]) for row in read]
    return _sentence_pairs(rows)


def _answers(file: Path) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(1 << 24)  # pictures stand in the HTML
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            question = f"{row['questionTitle']}\n{row['questionText']}"
            yield question, without_html(without_entities(row["answerText"]))


def _sentence_pairs(rows: list[tuple[str, str, str]]) -> Labelled:
    turns = [[("user", text)] for one, two, _ in rows for text in (one, two)]
    pairs = tuple((2 * i, 2 * i + 1, label) for i, (_, _, label) in enumerate(rows))
    return Labelled(_conversations(turns), pairs, tuple(one for one, _, _ in rows))


def _conversations(said: list[list[tuple[str, str]]]) -> pa.Table:
    turns = [[{"role": role, "content": content} for role, content in turns] for turns in said]
    ids = [f"{number:06d}" for number in range(len(said))]
    return pa.table({"conversation_id": ids, "turns": pa.array(turns, TURNS)})


def _form(text: str) -> str:
    return normalise(text).form


def _text(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
