"""From transcripts to conversations: questions with their answers, and what somebody tells with a reply that reflects it.

What is said is kept verbatim, fillers and false starts included, for that is how the voice talks. A question that nobody
asked is made from the topic of the passage, and flagged. Every passage becomes a conversation or is rejected with a
reason, so that each word of a transcript is accounted for once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import orjson
import pyarrow as pa

from pixel_assets.conversation.standard import CONVERSATIONS, conversation_id
from pixel_assets.speech.authenticity import authenticity, consistency
from pixel_assets.speech.cutting import Passage, Sizes
from pixel_assets.speech.markers import Measured, measure_markers
from pixel_assets.speech.passages import passages
from pixel_assets.speech.profile import Overall, overall
from pixel_assets.speech.prosody import confidence
from pixel_assets.speech.questions import made_question, speaks_of_inner_life
from pixel_assets.speech.spoken import Spoken, Stretch, read_spoken
from pixel_assets.store.schema import column

Row = dict[str, Any]
Kind = Literal["question_answer", "reflective"]
RejectReason = Literal[
    "not_the_language", "no_reply", "too_short", "too_long", "short_reply", "low_confidence", "low_authenticity",
    "inconsistent_with_profile",
]  # fmt: skip

QUESTION_MADE: Final = "question_made"
UNKNOWN_LANGUAGE: Final = "und"
LEAST_FUNCTION_WORDS: Final = 25.0  # in 100 words; talk in English has 45 and more, other languages hardly any

_PLACE: Final = [
    column("recording_id", pa.string(), "the recording that it is said in"),
    column("start", pa.float64(), "when it starts, in seconds from the start of the recording"),
    column("end", pa.float64(), "when it ends, in seconds"),
]

VOICE_CONVERSATIONS: Final = pa.schema(
    [
        *CONVERSATIONS,
        *_PLACE,
        column("words", pa.int64(), "words of the passage, a question that was asked included"),
        column("kind", pa.string(), "question_answer or reflective"),
        column("authenticity", pa.float64(), "how much the reply sounds like talk, 0 to 1"),
        column("consistency", pa.float64(), "how near the reply is to the profile of the voice, 0 to 1"),
    ]
)

REJECTED_PASSAGES: Final = pa.schema(
    [
        column("source", pa.string(), "name of the source in the registry"),
        column("file", pa.string(), "file of the recording, relative to the sources folder"),
        column("passage", pa.int64(), "number of the passage in its recording, from 1"),
        *_PLACE,
        column("words", pa.int64(), "words of the passage"),
        column("reason", pa.string(), "reason code, such as too_short or low_authenticity"),
        column("value", pa.float64(), "what was measured; null where the reason is no measure", nullable=True),
        column("bound", pa.float64(), "what the value misses", nullable=True),
        column("detail", pa.string(), "the value against the bound, such as words 3 < 12; never any text"),
    ]
)


@dataclass(frozen=True)
class PairRules:
    """What a passage must be to become a conversation. Words are those of the passage, question included."""

    language: str = "en"  # ISO 639; the cues are English
    min_words: int = 12
    max_words: int = 220
    pause_words: int = 80  # from so many on, a long pause ends a passage
    min_reply_words: int = 4
    min_confidence: float = 0.6  # mean probability of the words, where there is one
    min_authenticity: float = 0.35
    min_consistency: float = 0.3


@dataclass(frozen=True)
class VoiceConversations:
    """Tables of :data:`VOICE_CONVERSATIONS` and :data:`REJECTED_PASSAGES`; each passage is a row of one of them."""

    conversations: pa.Table
    rejected: pa.Table


class _Miss(NamedTuple):
    reason: RejectReason
    value: float | None
    bound: float | None
    detail: str


def voice_conversations(transcripts: pa.Table, profile: pa.Table, rules: PairRules) -> VoiceConversations:
    """The conversations in a table of transcripts, and the passages that make none; both in the order of the transcripts.

    ``profile`` is a table of :data:`~pixel_assets.speech.profile.VOICE_PROFILE`, of which only the overall row is read; a
    conversation depends on its transcript, on that row and on ``rules``. Equal turns have equal ids, in whichever recording
    they are said.
    """
    return paired(transcripts, overall(profile), rules)


def paired(transcripts: pa.Table, voice: Overall | None, rules: PairRules) -> VoiceConversations:
    """As :func:`voice_conversations`, with the overall profile by itself."""
    conversations: list[Row] = []
    rejected: list[Row] = []
    sizes = Sizes(rules.min_words, rules.max_words, rules.pause_words)
    for spoken in read_spoken(transcripts):
        for number, passage in enumerate(passages(spoken, sizes), start=1):
            reply = measure_markers(spoken, _stretches(spoken, passage))
            scores = authenticity(reply), consistency(reply, voice)
            miss = _miss(spoken, passage, reply, scores, rules)
            if miss is None:
                conversations.append(_conversation(spoken, passage, number, reply, scores))
            else:
                rejected.append(_rejected(spoken, passage, number, miss))
    return VoiceConversations(
        pa.Table.from_pylist(conversations, VOICE_CONVERSATIONS), pa.Table.from_pylist(rejected, REJECTED_PASSAGES)
    )


def _stretches(spoken: Spoken, passage: Passage) -> list[Stretch]:
    """The stretches of the reply: pauses between turns are no pauses within it."""
    parts = (
        Stretch(each.speaker, max(each.first, passage.cut), min(each.last, passage.last))
        for each in spoken.stretches
        if each.first < passage.last and each.last > passage.cut
    )
    return [part for part in parts if part.first < part.last]


def _miss(spoken: Spoken, passage: Passage, reply: Measured, scores: tuple[float, float], rules: PairRules) -> _Miss | None:
    """The first rule that a passage misses."""
    other = _other_language(spoken, passage, rules.language)
    if other is not None:
        return other
    if passage.cut == passage.last:
        return _Miss("no_reply", None, None, "a question that nobody answers, or whose answer belongs to another passage")
    heard = confidence(spoken.probabilities[passage.first : passage.last])
    findings: tuple[tuple[RejectReason, str, float | None, float], ...] = (
        ("too_short", "words", passage.words, rules.min_words),
        ("short_reply", "words of the reply", reply.words, rules.min_reply_words),
        ("low_confidence", "mean probability of the words", heard, rules.min_confidence),
        ("low_authenticity", "authenticity", scores[0], rules.min_authenticity),
        ("inconsistent_with_profile", "consistency", scores[1], rules.min_consistency),
    )
    if passage.words > rules.max_words:
        return _Miss(
            "too_long", passage.words, rules.max_words, f"words {passage.words} > {rules.max_words}, without a place to cut"
        )
    for reason, name, value, bound in findings:
        if value is not None and value < bound:
            return _Miss(reason, round(value, 3), bound, f"{name} {round(value, 3)} < {bound}")
    return None


def _other_language(spoken: Spoken, passage: Passage, wanted: str) -> _Miss | None:
    """Where nobody says which language it is, English is told by its function words; another one cannot be."""
    if spoken.language == wanted:
        return None
    if spoken.language != UNKNOWN_LANGUAGE:
        return _Miss("not_the_language", None, None, f"language {spoken.language}, expected {wanted}")
    words = spoken.forms[passage.first : passage.last]
    share = round(100 * sum("function" in form.categories for form in words) / len(words), 1)
    if share >= LEAST_FUNCTION_WORDS and wanted == "en":
        return None
    return _Miss(
        "not_the_language", share, LEAST_FUNCTION_WORDS, f"unknown language, {share} English function words in 100 words"
    )


def _conversation(spoken: Spoken, passage: Passage, number: int, reply: Measured, scores: tuple[float, float]) -> Row:
    kind, question = _asked(spoken, passage, reply)
    turns = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": spoken.text(passage.cut, passage.last)},
    ]
    place = _place(spoken, passage)
    labels = {
        **place,
        "kind": kind,
        "asked_by": passage.asked,
        "speaker": passage.speaker,
        "authenticity": scores[0],
        "consistency": scores[1],
        "words": reply.words,
        "words_per_minute": reply.values["words_per_minute"],
        "confidence": reply.values["confidence"],
        "empathy": reply.values["empathy"],
        "valence": reply.values["valence"],
    }
    return {
        "conversation_id": conversation_id(turns),
        "source": spoken.source,
        "file": spoken.file,
        "rows": [number],
        "category": "voice",
        "format": "voice",
        "turns": turns,
        "reasoning": None,
        "flags": [QUESTION_MADE] if passage.asked == "nobody" else [],
        "metadata": orjson.dumps(labels, option=orjson.OPT_SORT_KEYS).decode(),
        **place,
        "words": passage.last - passage.first,
        "kind": kind,
        "authenticity": scores[0],
        "consistency": scores[1],
    }


def _asked(spoken: Spoken, passage: Passage, reply: Measured) -> tuple[Kind, str]:
    """The kind of a passage, and what stands before the reply: what was said there, or a made question."""
    if passage.asked != "nobody":
        kind: Kind = "reflective" if passage.is_statement else "question_answer"
        return kind, spoken.text(passage.first, passage.cut)
    here = slice(passage.cut, passage.last)
    inner = speaks_of_inner_life(reply.counts)
    question = made_question(spoken.texts[here], spoken.forms[here], "invitation" if inner else "question")
    return "reflective" if inner else "question_answer", question


def _rejected(spoken: Spoken, passage: Passage, number: int, miss: _Miss) -> Row:
    return {
        "source": spoken.source,
        "file": spoken.file,
        "passage": number,
        **_place(spoken, passage),
        "words": passage.words,
        **miss._asdict(),
    }


def _place(spoken: Spoken, passage: Passage) -> Row:
    times: Sequence[float] = (spoken.starts[passage.first], spoken.ends[passage.last - 1])
    return {"recording_id": spoken.recording_id, "start": times[0], "end": times[1]}
