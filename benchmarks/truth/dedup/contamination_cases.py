"""Planted cases of contamination: rows for training made from references, which must be found, and rows that must not be.

References and rows are of the labelled sets, as they are; the wording that is put around them is invented.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pixel_assets.labelled.rows import read_json_lines, read_table
from pixel_assets.labelled.split import is_fit

EACH: Final = 60  # cases of a kind
FEWEST_WORDS: Final = 40  # of a prompt that is long enough to be changed
FORMS: Final = 400  # rows for training that have the head of a form
HEAD: Final = (
    "This form is confidential. Please read every statement and mark how often it has been true of you during the last two "
    "weeks, including today. There are no right or wrong answers. "
    "If you are in danger now, call the emergency services of your country."
)
WRAPPED: Final = 'Consider this post: "{}" Question: Does the poster suffer from stress?'
FILLERS: Final = ("well", "honestly", "somehow", "actually", "lately")
OTHER_WORDS: Final = {  # an expansion or another word for the same
    "i'm": "i am", "don't": "do not", "can't": "cannot", "it's": "it is", "i've": "i have", "he's": "he is", "she's": "she is",
    "really": "truly", "very": "so", "because": "since", "but": "yet", "want": "wish", "always": "constantly",
    "feel": "am feeling",
    "think": "believe", "people": "others", "often": "frequently", "started": "began", "afraid": "scared", "get": "become",
    "tell": "say to", "never": "not ever", "just": "only", "know": "understand", "also": "too", "help": "support", "job": "work",
    "husband": "spouse", "wife": "spouse", "kids": "children", "mom": "mother", "dad": "father", "about": "regarding",
}  # fmt: skip

Chat = tuple[str, str]  # what the user and what the assistant say


@dataclass(frozen=True)
class Case:
    """A row for training, what kind of case it is, and the reference that it gives away; None where it gives away none."""

    kind: str
    turns: tuple[str, ...]  # the user's first, then by turns
    reference: int | None


@dataclass(frozen=True)
class Cases:
    """References as chats (without a reply where it is empty), the cases, and topics' real rows among them."""

    references: tuple[Chat, ...]
    cases: tuple[Case, ...]


def planted(data: Path) -> Cases:
    """All cases, from the sets in this folder."""
    questions = _counsel_chat(data)
    names = sorted(questions)
    kept = [name for name in names if not is_fit("contamination", name)]
    others = [name for name in names if is_fit("contamination", name)]
    references = [questions[name][1] for name in kept]
    long = [number for number, (user, _) in enumerate(references) if len(user.split()) >= FEWEST_WORDS]
    replies = [questions[name][1][1] for name in others]
    cases = []
    for place, (kind, change) in enumerate(CHANGES.items()):
        for step, number in enumerate(long[place::2][:EACH]):
            cases.append(Case(kind, change(references[number], replies[step % len(replies)]), number))
    for prompt, reply in zip(_short(data), replies, strict=False):
        references.append((prompt, ""))
        cases.append(Case("short prompt", (f"Hello. {prompt} Thanks.", reply), len(references) - 1))
    for one, other, same in _medical(data):
        references.append((one, ""))
        cases.append(Case("mqp, same" if same else "mqp, another question", (other, ""), len(references) - 1 if same else None))
    cases += [Case("same topic", questions[name][1], None) for name in others]
    posts = [row["seeker_post"] for row in read_table(data, "epitome/emotional-reactions-reddit.csv", ("seeker_post",))]
    for number, post in enumerate(dict.fromkeys(posts)):
        if number % 2:
            references.append((WRAPPED.format(post), ""))
        else:
            cases.append(Case("same wrapping", (WRAPPED.format(post), ""), None))
    references += [(f"{HEAD} {statement}", "") for statement in _statements(data)]
    for number, (user, reply) in enumerate(_mental_chat(data)):
        headed = number < FORMS
        cases.append(
            Case("same head of a form" if headed else "another set", (f"{HEAD} {user}" if headed else user, reply), None)
        )
    return Cases(tuple(references), tuple(cases))


def _verbatim(chat: Chat, reply: str) -> tuple[str, ...]:
    return (chat[0], reply)


def _cased(chat: Chat, reply: str) -> tuple[str, ...]:
    return (re.sub(r"[.,;:!?]", "", chat[0]).upper().replace(" ", "  ") + " !!", reply)


def _inserted(chat: Chat, reply: str) -> tuple[str, ...]:
    """A word more after every tenth."""
    words = [f"{word}, {FILLERS[at // 10 % len(FILLERS)]}," if at % 10 == 9 else word for at, word in enumerate(chat[0].split())]
    return (" ".join(words), reply)


def _embedded(chat: Chat, reply: str) -> tuple[str, ...]:
    return ("Hi, is anybody there?", "I am here. What is on your mind?", chat[0], reply, "Thank you, that helps a little.", reply)


def _in_two_turns(chat: Chat, reply: str) -> tuple[str, ...]:
    words = chat[0].split()
    return (" ".join(words[: len(words) // 2]), "I see. Please go on.", " ".join(words[len(words) // 2 :]), reply)


def _most(chat: Chat, reply: str) -> tuple[str, ...]:
    words = chat[0].split()
    return (" ".join(words[: len(words) * 7 // 10 + 4]), reply)


def _answer(chat: Chat, reply: str) -> tuple[str, ...]:
    return ("What would you say to somebody like me?", chat[1])


def _paraphrased(chat: Chat, reply: str) -> tuple[str, ...]:
    """Other words for the same, and the sentences in the opposite order."""
    sentences = re.split(r"(?<=[.!?])\s+", chat[0].replace("’", "'"))
    told = [" ".join(OTHER_WORDS.get(word.lower(), word) for word in sentence.split()) for sentence in reversed(sentences)]
    return (" ".join(told), reply)


CHANGES: Final[dict[str, Callable[[Chat, str], tuple[str, ...]]]] = {
    "verbatim": _verbatim, "case and punctuation": _cased, "words inserted": _inserted, "in a longer chat": _embedded,
    "in two turns": _in_two_turns, "most of it": _most, "answer alone": _answer, "paraphrased": _paraphrased,
}  # fmt: skip


def _counsel_chat(data: Path) -> dict[str, tuple[str, Chat]]:
    """Topic, and question with its first long answer, by text of the question."""
    found: dict[str, tuple[str, Chat]] = {}
    for row in read_table(
        data, "counsel_chat/20200325_counsel_chat.csv", ("questionTitle", "questionText", "answerText", "topic")
    ):
        question = f"{row['questionTitle']} {row['questionText']}".strip()
        if len(row["answerText"].split()) >= FEWEST_WORDS:
            found.setdefault(question, (row["topic"], (question, row["answerText"])))
    return found


def _short(data: Path) -> Iterator[str]:
    """Prompts that are looked for as a whole."""
    prompts = [row["prompt"] for row in read_table(data, "xstest/xstest_prompts.csv", ("prompt",))]
    return (prompt for prompt in prompts[: 2 * EACH] if 5 <= len(prompt.split()) < 13)


def _medical(data: Path) -> Iterator[tuple[str, str, bool]]:
    """Questions, the same in a doctor's other words or one that looks alike; of the half that nothing was chosen by."""
    import csv

    with (data / "mqp" / "mqp.csv").open(newline="", encoding="utf-8") as lines:
        for number, (_, one, other, label) in enumerate(csv.reader(lines)):
            if not is_fit("mqp", str(number)):
                yield one, other, label == "1"


def _statements(data: Path) -> list[str]:
    return [" ".join(row["turns"]) for row in read_json_lines(data, "counselling_bench/question.jsonl")][:EACH]


def _mental_chat(data: Path) -> Iterator[Chat]:
    return (
        (row["instruction"], row["response"]) for row in read_json_lines(data, "mentalchat16k/instructions_with_topics.jsonl")
    )
