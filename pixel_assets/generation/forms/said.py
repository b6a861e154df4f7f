"""Turning one side's words into the other's: "I can't hear my own thoughts" becomes "you can't hear your own thoughts".

Only words for the speaker are turned. Words that a text has for its listener stay as they are, so texts in which both occur
should not be turned; :func:`speaks_to_listener` finds them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|[^A-Za-z]+")
_END: Final = re.compile(r"[.?!;:]")

_TO_SECOND: Final[Mapping[str, str]] = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're", "i've": "you've",
    "i'd": "you'd", "i'll": "you'll", "we": "you", "us": "you", "our": "your", "ours": "yours", "ourselves": "yourselves",
    "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll",
}  # fmt: skip
_TO_FIRST: Final[Mapping[str, str]] = {
    "your": "my", "yours": "mine", "yourself": "myself", "you're": "I'm", "you've": "I've", "you'd": "I'd", "you'll": "I'll",
}  # fmt: skip
_BE_SECOND: Final[Mapping[str, str]] = {"am": "are", "was": "were", "wasn't": "weren't"}
_BE_FIRST: Final[Mapping[str, str]] = {"are": "am", "were": "was", "weren't": "wasn't", "aren't": "am not"}

_LISTENER: Final = re.compile(r"\b(?:you|your|yours|yourself|yourselves)\b", re.IGNORECASE | re.ASCII)
_SPEAKER: Final = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|ours|ourselves)\b", re.IGNORECASE | re.ASCII)
_OTHERS: Final = frozenset({
    "he", "she", "it", "they", "that", "this", "there", "who", "which", "what", "everyone", "everybody", "someone",
    "somebody", "nobody", "nothing", "one", "people",
})  # fmt: skip
_BETWEEN: Final = frozenset({
    "and", "but", "or", "then", "also", "never", "always", "still", "just", "only", "really", "often", "now", "not", "even",
    "almost", "nearly", "simply",
})  # fmt: skip
_AFTER_SUBJECT: Final = frozenset({
    "can't", "can", "could", "couldn't", "would", "wouldn't", "will", "won't", "shall", "should", "shouldn't", "must", "may",
    "might", "do", "don't", "did", "didn't", "have", "haven't", "had", "hadn't", "are", "aren't", "were", "weren't", "keep",
    "kept", "want", "wanted", "need", "needed", "feel", "felt", "think", "thought", "know", "knew", "say", "said", "go",
    "went", "get", "got", "see", "saw", "never", "always", "still", "just", "only", "really", "often", "almost", "nearly",
    "simply", "look", "looked", "hear", "heard", "try", "tried", "stay", "stayed", "leave", "left", "hide", "lie", "sit",
    "stand", "wait", "make", "made", "put", "take", "took",
})  # fmt: skip
_BEFORE_OBJECT: Final = frozenset({
    "to", "for", "with", "at", "of", "from", "by", "about", "on", "near", "without", "behind", "after", "before", "around",
    "against", "than", "like",
})  # fmt: skip


@functools.lru_cache(maxsize=65536)
def second_person(text: str) -> str:
    """What the speaker says of themselves, as the listener would say it back: "I was late" → "you were late"."""
    return _turned(text, to_second=True)


def first_person(text: str) -> str:
    """What is said to a listener, as the listener would say it of themselves: "you were late" → "I was late"."""
    return _turned(text, to_second=False)


def speaks_to_listener(text: str) -> bool:
    """Whether a text in the first person also has words for its listener, which :func:`second_person` would confuse with it."""
    return _LISTENER.search(text) is not None


def speaks_of_speaker(text: str) -> bool:
    """Whether a text says anything of its speaker, so that turning it changes it."""
    return _SPEAKER.search(text) is not None or re.search(r"\b(?:i|we)['’]", text, re.IGNORECASE | re.ASCII) is not None


def _turned(text: str, *, to_second: bool) -> str:
    pieces = _WORD.findall(text)
    words = [piece.replace("’", "'").lower() if piece[:1].isalpha() else "" for piece in pieces]
    pronouns, verbs = (_TO_SECOND, _BE_SECOND) if to_second else (_TO_FIRST, _BE_FIRST)
    subjects = {"i", "i'm", "i've", "i'd", "i'll"} if to_second else {"you", "you're", "you've", "you'd", "you'll"}
    turned: list[str] = []
    speaker_is_subject, begins = False, True
    for at, (piece, word) in enumerate(zip(pieces, words, strict=True)):
        if not word:
            begins = begins and not piece.strip() if not _END.search(piece) else True
            speaker_is_subject = speaker_is_subject and not _END.search(piece)
            turned.append(piece)
            continue
        new = pronouns.get(word)
        if word == "you" and not to_second:
            is_subject = _is_subject(words, at)
            new = "I" if is_subject else "me"
            speaker_is_subject = is_subject or speaker_is_subject
        elif word in subjects:
            speaker_is_subject = True
        elif word in verbs and _belongs_to(words, at, subjects, speaker_is_subject):
            new = verbs[word]
        elif word in _OTHERS:
            speaker_is_subject = False
        turned.append(piece if new is None else _in_case(new, piece, begins))
        begins = False
    return "".join(turned)


def _words_from(words: list[str], at: int, step: int) -> list[str]:
    """Up to three words before or after a place, nearest first."""
    near = range(at + step, at + step * 7, step)
    return [words[place] for place in near if 0 <= place < len(words) and words[place]][:3]


def _is_subject(words: list[str], at: int) -> bool:
    """Whether the word "you" at a place is who acts rather than whom something is done to."""
    before, after = _words_from(words, at, -1), _words_from(words, at, 1)
    if before and before[0] in _BEFORE_OBJECT:
        return False
    if before and before[0] in {"are", "were", "do", "did", "have", "can", "could", "would", "will"}:
        return True
    return bool(after) and (after[0] in _AFTER_SUBJECT or not before)


def _belongs_to(words: list[str], at: int, subjects: set[str], speaker_is_subject: bool) -> bool:
    """Whether the form of "to be" at a place goes with the speaker: "I was", "was I", "I came home and was ill"."""
    before, after = _words_from(words, at, -1), _words_from(words, at, 1)
    if after and after[0] in subjects:
        return True
    if not before or not (before[0] in subjects or before[0] in _BETWEEN):
        return False
    return before[0] in subjects or speaker_is_subject


def _in_case(new: str, old: str, begins: bool) -> str:
    """The new word as it is written at its place: capital at the start of a sentence, "I" always."""
    if new == "I" or new.startswith("I'"):
        return new
    return new.capitalize() if old[0].isupper() and begins else new
