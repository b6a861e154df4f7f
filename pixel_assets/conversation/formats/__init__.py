"""The formats that are known, in no order of preference: each says itself how sure it is.

A new family is a module beside these and one name in ``FORMATS``.
"""

from __future__ import annotations

from typing import Final

from pixel_assets.conversation.formats.alpaca import ALPACA, ALPACA_SEED, ALPACA_SYSTEM
from pixel_assets.conversation.formats.base import Draft, Format, Rejection, Score
from pixel_assets.conversation.formats.chat_template import CHAT_TEMPLATE
from pixel_assets.conversation.formats.intents import INTENTS
from pixel_assets.conversation.formats.messages import DIALOG, MESSAGES, NESTED, SHAREGPT, TURN_PAIRS, TURN_TEXTS
from pixel_assets.conversation.formats.multiple_choice import MULTIPLE_CHOICE
from pixel_assets.conversation.formats.not_dialogue import (
    ANNOTATED_TEXT,
    DOCUMENT,
    LABELLED_TEXT,
    NO_TEXT,
    PERSON_RECORDS,
    QUESTIONNAIRE,
    SEVERAL_TEXTS,
    TEXT_ONLY,
    TEXT_PAIR,
)
from pixel_assets.conversation.formats.persona_chat import PERSONA_CHAT
from pixel_assets.conversation.formats.preference import KTO, PREFERENCE
from pixel_assets.conversation.formats.prompt_response import PROMPT_RESPONSE
from pixel_assets.conversation.formats.qa_pairs import QA_PAIRS
from pixel_assets.conversation.formats.question_only import ANSWER_ONLY, QUESTION_ONLY
from pixel_assets.conversation.formats.script import SCRIPT
from pixel_assets.conversation.formats.subtitles import SUBTITLES
from pixel_assets.conversation.formats.timed_segments import TIMED_ROWS, TIMED_SEGMENTS
from pixel_assets.conversation.formats.transcript import INTAKE, TRANSCRIPT
from pixel_assets.conversation.formats.utterance_table import UTTERANCE_TABLE

FORMATS: Final[tuple[Format, ...]] = (
    MESSAGES,
    SHAREGPT,
    DIALOG,
    TURN_PAIRS,
    TURN_TEXTS,
    NESTED,
    PREFERENCE,
    KTO,
    ALPACA,
    ALPACA_SYSTEM,
    ALPACA_SEED,
    PROMPT_RESPONSE,
    MULTIPLE_CHOICE,
    QA_PAIRS,
    TRANSCRIPT,
    INTAKE,
    CHAT_TEMPLATE,
    SCRIPT,
    SUBTITLES,
    TIMED_SEGMENTS,
    TIMED_ROWS,
    UTTERANCE_TABLE,
    PERSONA_CHAT,
    INTENTS,
    QUESTION_ONLY,
    ANSWER_ONLY,
    TEXT_ONLY,
    ANNOTATED_TEXT,
    PERSON_RECORDS,
    QUESTIONNAIRE,
    NO_TEXT,
    LABELLED_TEXT,
    TEXT_PAIR,
    SEVERAL_TEXTS,
    DOCUMENT,
)

__all__ = ["FORMATS", "Draft", "Format", "Rejection", "Score"]
