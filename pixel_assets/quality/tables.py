"""The tables of quality: what was read from each conversation, the scores, and what moved them."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pixel_assets.store.schema import column

COHERENCE: Final = "coherence"
EMPATHY: Final = "empathy"
ACCURACY: Final = "therapeutic_accuracy"
COMPLIANCE: Final = "clinical_compliance"
LANGUAGE: Final = "language"
PERSONA: Final = "persona_consistency"
OVERALL: Final = "overall"
PARTS: Final = (COHERENCE, EMPATHY, ACCURACY, COMPLIANCE, LANGUAGE, PERSONA)  # what the overall score is made of
SCORES: Final = (*PARTS, OVERALL)

MOVED = pa.list_(
    pa.struct([("score", pa.string()), ("what", pa.string()), ("amount", pa.float64())])  # amount: by how much, in log-odds
)
_DEVIATIONS = pa.list_(pa.struct([("turn", pa.int32()), ("kind", pa.string())]))


def _score(name: str, says: str) -> pa.Field:
    return column(name, pa.float64(), f"{says}; from 0 to 1, null where it does not apply", nullable=True)


_ID = column("conversation_id", pa.string(), "the conversation")
QUALITY_READINGS = pa.schema(
    [
        _ID,
        _score(COHERENCE, "expected share of replies that answer their turn, are whole, and neither repeat nor contradict"),
        column("weakest_turn", pa.int32(), "number of the turn, from 0, with the least coherent reply", nullable=True),
        _score("weakest_reply", "probability that the least coherent reply belongs where it stands"),
        _score("emotional_reaction", "how strongly replies show warmth, compassion or concern (EPITOME), mean over replies"),
        _score("interpretation", "how strongly replies show that feelings and experiences were understood (EPITOME)"),
        _score("exploration", "how strongly replies ask after what was not said (EPITOME)"),
        _score(EMPATHY, "expected share of replies that show empathy in at least one of the three ways"),
        _score(ACCURACY, "probability that this is counselling as it should be done, by the codes of motivational interviewing"),
        _score("questions", "expected share of replies that are mostly a question"),
        _score("reflections", "expected share of replies that are mostly a reflection"),
        _score("input", "expected share of replies that mostly inform, advise or give options"),
        column("deviations", _DEVIATIONS, "what speaks against replies, by turn: unasked advice, judgement, and the like"),
        _score(LANGUAGE, "how fluent, readable and free of noise the replies are"),
        column("moved", MOVED, "what moved each score most, in log-odds, the strongest first"),
    ]
)
QUALITY_SCORES = pa.schema(
    [
        _ID,
        _score(COHERENCE, "expected share of replies that answer their turn, are whole, and neither repeat nor contradict"),
        _score(EMPATHY, "expected share of replies that show empathy in at least one of three ways; emotional authenticity"),
        _score(ACCURACY, "probability that this is counselling as it should be done"),
        _score(COMPLIANCE, "how far all rules of safety and clinical practice are kept"),
        _score(LANGUAGE, "how fluent, readable and free of noise the replies are"),
        _score(PERSONA, "how alike the assistant's talk is to the voice profile; null for sources without a voice"),
        _score(OVERALL, "weighted mean of the scores that apply, with the weights of the settings"),
        column("missing", pa.list_(pa.string()), "scores that do not apply, each with the reason, such as empathy: no reply"),
        column("moved", MOVED, "what moved each score most, the strongest first"),
    ]
)
