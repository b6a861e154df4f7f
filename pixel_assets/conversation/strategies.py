"""What conversion does differently for each category of conversation: small rules on drafts, each with its flag.

A rule changes words, never who says them, and takes away nothing but what its flag names. A turn that a
rule leaves without words goes, unless nobody in its role would be left. What a strategy has done it does
not do again: it may be applied twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from pixel_assets.conversation.formats.base import Draft, Turn
from pixel_assets.conversation.thoughts import separate

Rule = Callable[[str], str]

CLOCK: Final = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
HEARD: Final = (
    r"crosstalk|cross talk|overlapping(?: speech| talk)?|inaudible|unintelligible|indiscernible|laughs?|laughter|laughing"
    r"|chuckles?|chuckling|sighs?|sighing|pauses?|silence|cries|crying|sobs|sobbing|sniffs?|sniffles|coughs?|coughing|scoffs"
    r"|clears? throat|nods?|nodding|shrugs|smiles|music|music playing|applause|noise|background noise"
    r"|phone rings|door (?:opens|closes)"
)
# Only these words: an aside that somebody puts in parentheses is speech
STAGE_DIRECTION: Final = re.compile(
    rf"[\[(](?:{CLOCK}[ ,]{{1,3}})?(?:(?:long|short|brief|soft|slight|both|therapist|client|patient)[ ])?(?:{HEARD})"
    rf"(?:[ ]\d{{1,3}} ?(?:s|sec|seconds))?(?:[ ,]{{1,3}}{CLOCK})?\.?[\])]",
    re.I,
)
TIMESTAMP: Final = re.compile(rf"\[{CLOCK}(?: ?(?:-|–|-->) ?{CLOCK})?\]|^[ \t]*+\({CLOCK}\)", re.M)
SPEAKER_CODE: Final = re.compile(r"(?:\s*+(?:(?:>>++[ \t]*+)?(?:SPEAKER[ _]?|Speaker |S)\d{1,2}[ \t]?:[ \t]*+|>>++[ \t]*+))++")
FILLER: Final = re.compile(r"(?:\W*+(?:u+m+|u+h+|e+r+m*|a+h+|h+m+|m+hm+|mm+(?:[- ]?hmm*)?|uh[- ]?huh)\b)++\W*+", re.I)
LONGEST_FILLER: Final = 60
MOST_PASSES: Final = 4  # a mark within a mark within a mark is no transcript

WRAPPED_POST: Final = re.compile(r"\s*(?:Consider|Read|Given) (?:this|the following) post:\s*[\"“]", re.I)
LONGEST_TITLE: Final = 300
LEAST_TITLE_WORDS: Final = 3
SPACE: Final = re.compile(r"\s*+")
CARD: Final = re.compile(r"\s*+(\[(?:Character|Persona|Scenario|Setting|Roleplay|System)\b[^\[\]]{1,8000}\])\s*+(?=\S)", re.I)
SYSTEM_LABEL: Final = re.compile(r"\s*+(?:#{1,4}[ \t]*+)?\*{0,2}System(?: prompt)?\*{0,2}:\*{0,2}[ \t]*+", re.I)


def psychology(draft: Draft) -> Draft:
    """Transcripts of sessions: stage directions such as ``[crosstalk]`` and ``(laughs)`` are not speech.

    Flags: ``stage_directions_removed``, ``reasoning_separated``.
    """
    return _each(separate(draft, labelled=False), _without_directions, "stage_directions_removed")


def mental_health(draft: Draft) -> Draft:
    """Posts of forums: the frame of a prompt around a post goes, and so does a title that the post begins with.

    ``Consider this post: "…" Question: …`` is the post, and the question after it. Flags:
    ``prompt_unwrapped``, ``title_repetition_removed``, ``reasoning_separated``.
    """
    draft = separate(draft, labelled=False)
    if "prompt_unwrapped" not in draft.flags:
        draft = _each(draft, _unwrapped, "prompt_unwrapped", role="user")
    return _each(draft, _said_once, "title_repetition_removed", role="user")


def reasoning(draft: Draft) -> Draft:
    """Chains of thought within a reply go beside it, in tags or under a label with the answer under another.

    Flag: ``reasoning_separated``.
    """
    return separate(draft, labelled=True)


def personality(draft: Draft) -> Draft:
    """A character card that opens the user's first turn becomes a system turn where it is marked as one.

    ``[Character: …]`` up to its bracket, or ``System:`` up to the first empty line. Actions in asterisks
    stay. Flags: ``character_card_separated``, ``reasoning_separated``.
    """
    draft = separate(draft, labelled=False)
    turns = _with_card(draft.turns)
    if turns is None:
        return draft
    rejected = _with_card(draft.rejected) or draft.rejected
    return draft._replace(turns=turns, rejected=rejected, flags=(*draft.flags, "character_card_separated"))


def voice(draft: Draft) -> Draft:
    """Speech that was written down: times, sounds, codes of speakers and turns of mere fillers go.

    Flags: ``timestamps_removed``, ``sounds_removed``, ``speaker_codes_removed``, ``filler_turns_removed``,
    ``reasoning_separated``.
    """
    draft = separate(draft, labelled=False)
    for _ in range(MOST_PASSES):
        before = draft
        draft = _each(draft, _without_times, "timestamps_removed")
        draft = _each(draft, _without_code, "speaker_codes_removed")
        draft = _each(draft, _without_directions, "sounds_removed")
        draft = _each(draft, _without_filler, "filler_turns_removed")
        if draft is before:
            break
    return draft


STRATEGIES: Final[dict[str, Callable[[Draft], Draft]]] = {
    "psychology": psychology,
    "voice": voice,
    "mental_health": mental_health,
    "reasoning": reasoning,
    "personality": personality,
}


def _each(draft: Draft, rule: Rule, flag: str, role: str | None = None) -> Draft:
    """The draft with a rule applied to the words of every turn, or of every turn in one role."""
    turns = _applied(draft.turns, rule, role)
    rejected = _applied(draft.rejected, rule, role) if draft.rejected else None
    if turns is None and rejected is None:
        return draft
    flags = draft.flags if flag in draft.flags else (*draft.flags, flag)
    return draft._replace(turns=turns or draft.turns, rejected=rejected or draft.rejected, flags=flags)


def _applied(turns: Sequence[Turn], rule: Rule, role: str | None) -> list[Turn] | None:
    """The turns after a rule; None where it changes nothing, which is most often the case."""
    after: dict[int, str] = {}
    for place, (name, words) in enumerate(turns):
        if (role is None or role == name) and (changed := rule(words)) != words:
            after[place] = changed
    if not after:
        return None
    emptied = {place for place, words in after.items() if not words.strip() and turns[place][1].strip()}
    if {name for place, (name, _) in enumerate(turns) if place not in emptied} == {name for name, _ in turns}:
        return [(name, after.get(place, words)) for place, (name, words) in enumerate(turns) if place not in emptied]
    after = {place: words for place, words in after.items() if place not in emptied}
    return [(name, after.get(place, words)) for place, (name, words) in enumerate(turns)] if after else None


def _without(pattern: re.Pattern[str], words: str) -> str:
    """Words without what a pattern finds, nor the space before it."""
    parts: list[str] = []
    place = 0
    for found in pattern.finditer(words):
        start = found.start()
        parts.append(words[place : start - 1 if start > place and words[start - 1] in " \t" else start])
        place = found.end()
    return "".join([*parts, words[place:]]) if parts else words


def _without_directions(words: str) -> str:
    if "[" not in words and "(" not in words:
        return words
    for _ in range(MOST_PASSES):
        before, words = words, _without(STAGE_DIRECTION, words)
        if words == before:
            break
    return words


def _without_times(words: str) -> str:
    return _without(TIMESTAMP, words) if ":" in words and ("[" in words or "(" in words) else words


def _without_code(words: str) -> str:
    return SPEAKER_CODE.sub("", words, count=1) if SPEAKER_CODE.match(words) else words


def _without_filler(words: str) -> str:
    return "" if len(words) <= LONGEST_FILLER and FILLER.fullmatch(words) else words


def _unwrapped(words: str) -> str:
    frame = WRAPPED_POST.match(words)
    if frame is None:
        return words
    post, label, question = words[frame.end() :].rpartition("Question:")
    post = post.rstrip()
    if not label or not question.strip() or post[-1:] not in ('"', "”") or not post[:-1].strip():
        return words
    return f"{post[:-1].strip()}\n\n{question.strip()}"


def _said_once(words: str) -> str:
    """A text without its first paragraph, while the second begins with the same words."""
    place = 0
    while (gap := words.find("\n\n", place)) >= 0:
        title = words[place:gap].strip()
        if len(title) > LONGEST_TITLE or len(title.split()) < LEAST_TITLE_WORDS:
            break
        body = SPACE.match(words, gap).end()  # type: ignore[union-attr]  # it matches the empty text as well
        if words[body : body + len(title)].casefold() != title.casefold():
            break
        place = body
    return words[place:]


def _with_card(turns: Sequence[Turn]) -> list[Turn] | None:
    if not turns or turns[0][0] != "user":
        return None
    words = turns[0][1]
    if card := CARD.match(words):
        return [("system", card[1]), ("user", words[card.end() :]), *turns[1:]]
    if label := SYSTEM_LABEL.match(words):
        prompt, _, rest = words[label.end() :].partition("\n\n")
        if prompt.strip() and rest.strip():
            return [("system", prompt), ("user", rest), *turns[1:]]
    return None
