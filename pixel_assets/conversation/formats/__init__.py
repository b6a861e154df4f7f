"""The formats that are known, in no order of preference: each says itself how sure it is.

A new family is a module beside these and one name in ``FORMATS``.
"""

from __future__ import annotations

from typing import Final

from pixel_assets.conversation.formats.alpaca import ALPACA, ALPACA_SEED
from pixel_assets.conversation.formats.base import Draft, Format, Rejection, Score
from pixel_assets.conversation.formats.messages import DIALOG, MESSAGES, SHAREGPT
from pixel_assets.conversation.formats.not_dialogue import INTENTS, TEXT_ONLY
from pixel_assets.conversation.formats.persona_chat import PERSONA_CHAT
from pixel_assets.conversation.formats.preference import KTO, PREFERENCE
from pixel_assets.conversation.formats.prompt_response import PROMPT_RESPONSE
from pixel_assets.conversation.formats.transcript import INTAKE, TRANSCRIPT
from pixel_assets.conversation.formats.utterance_table import UTTERANCE_TABLE

FORMATS: Final[tuple[Format, ...]] = (
    MESSAGES,
    SHAREGPT,
    DIALOG,
    PREFERENCE,
    KTO,
    ALPACA,
    ALPACA_SEED,
    PROMPT_RESPONSE,
    TRANSCRIPT,
    INTAKE,
    UTTERANCE_TABLE,
    PERSONA_CHAT,
    TEXT_ONLY,
    INTENTS,
)

__all__ = ["FORMATS", "Draft", "Format", "Rejection", "Score"]
