"""Subtitle files and other captions in one text: who speaks stands in markup, before a colon, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from pixel_assets.conversation.formats.base import Converted, Format, Record, Rejection, labels, scored
from pixel_assets.conversation.formats.cues import Cues, holds_cues, parse_cues
from pixel_assets.conversation.formats.segments import SOUND, UNNAMED, Segment, dialogue
from pixel_assets.conversation.formats.turns import canonical_role
from pixel_assets.conversation.hints import Options

TEXT_KEYS: Final = ("text", "transcript", "subtitles", "captions", "srt", "vtt")

NAMED: Final = re.compile(r"(?:>>+[ \t]*)?\[?([^\W\d_][\w .'’-]{0,40}?)\]?[ \t]?:(?:[ \t]+|$)")
CHANGE: Final = re.compile(r"(?:>>+|[-–—])[ \t]*(?=\S)")


def _subtitles(record: Record, options: Options) -> Converted:
    key = _text_key(record, options)
    if key is None:
        return Rejection("malformed_subtitles", "no text with cues and their times")
    parsed = parse_cues(record[key])
    segments = spoken_segments(parsed, options)
    if not segments:
        return Rejection("malformed_subtitles", f"none of {len(parsed.cues)} cues has text")
    result = dialogue(segments, options, labels(record, (key,)), len(parsed.cues))
    if isinstance(result, Rejection):
        return _damage(parsed) or result
    flags = [
        *result.flags,
        *(["cues_untimed"] if parsed.untimed else []),
        *(["rolling_captions_merged"] if parsed.rolled else []),
    ]
    return [result._replace(flags=tuple(flags))]


def _damage(parsed: Cues) -> Rejection | None:
    if parsed.untimed:
        return Rejection("malformed_subtitles", f"{parsed.untimed} of {len(parsed.cues)} cues have no readable times")
    if parsed.headless:
        return Rejection("malformed_subtitles", "the cues are WebVTT and its header WEBVTT is missing")
    return None


def spoken_segments(parsed: Cues, options: Options) -> list[Segment]:
    """What is said in the cues, with the names that markup or the words themselves give."""
    voiced = any(name for cue in parsed.cues for name, _ in cue.lines)
    names = frozenset[str]() if voiced else _names(parsed, options)
    segments: list[Segment] = []
    for cue in parsed.cues:
        for name, words in cue.lines:
            speaker = name
            found = NAMED.match(words) if names else None
            if found and found[1] in names:
                speaker, words = found[1], words[found.end() :]
            elif not voiced and (change := CHANGE.match(words)):
                speaker, words = UNNAMED, words[change.end() :]
            segments.append(Segment(cue.start, cue.end, speaker, words))
    return segments


def _names(parsed: Cues, options: Options) -> frozenset[str]:
    """The speakers' names among the words before a colon.

    There are none unless the first words are a name, or one of the names is a role. Where the registry
    names the speakers, another name counts only if it comes back.
    """
    lines = [words for cue in parsed.cues for _, words in cue.lines]
    found = Counter(match[1] for words in lines if (match := NAMED.match(words)))
    known = {name for name in found if canonical_role(name, options)}
    least = 2 if options.user_roles or options.assistant_roles else 1
    names = known | {name for name, count in found.items() if count >= least and _is_like_a_name(name)}
    first = next((words for words in lines if not SOUND.fullmatch(words)), "")
    match = NAMED.match(first)
    return frozenset(names if known or (match and match[1] in names) else ())


def _is_like_a_name(words: str) -> bool:
    return len(words.split()) <= 4 and all(word[0].isupper() for word in words.split())


def _text_key(record: Record, options: Options) -> str | None:
    for key in options.text or TEXT_KEYS:
        value = record.get(key)
        if isinstance(value, str) and holds_cues(value):
            return key
    return None


SUBTITLES = Format(
    "subtitles",
    scored(0.9, lambda record: _text_key(record, Options()) is not None, "cues with their times in a text"),
    _subtitles,
)
