"""Labelled sets on identifiers of persons, all as texts with spans."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from pixel_assets.errors import SourceError
from pixel_assets.labelled.rows import Labelled, damaged, read_json, read_json_lines
from pixel_assets.labelled.split import is_fit
from pixel_assets.safety.identifiers.spans import Type
from pixel_assets.safety.labelled.placeholders import aligned, is_placeholder
from pixel_assets.typed_yaml import read_yaml

PII_FILES: Final = {
    "pii_standard": "standard_entities",
    "pii_adversarial": "adversarial_cases",
    "pii_ambiguous": "ambiguous_spans",
    "pii_contextual": "contextual_detection",
}
LABELS: Final = Path(__file__).parent / "data" / "identifier_labels.yaml"


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A labelled place in a text, in characters."""

    start: int
    end: int
    label: str  # as the set calls it
    type: Type | None  # what it is here; None where it is no identifier, or where the label is not listed
    in_scope: bool  # whether it singles a person out, as this product understands it


@dataclass(frozen=True, slots=True)
class IdentifierRow(Labelled):
    """A text and where its identifiers stand, ordered by place."""

    text: str
    spans: tuple[LabelledSpan, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label of a published set means here."""

    type: Type | None
    in_scope: bool
    reason: str  # why it is out of scope; empty where it is in scope


class _OutOfScope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    type: Type | None
    reason: str


class _Labels(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    in_scope: dict[str, Type]
    out_of_scope: dict[str, _OutOfScope]

    def meanings(self) -> dict[str, Meaning]:
        found = {label: Meaning(type_, True, "") for label, type_ in self.in_scope.items()}
        return found | {label: Meaning(said.type, False, said.reason) for label, said in self.out_of_scope.items()}


@functools.cache
def meanings(file: Path = LABELS) -> Mapping[str, Mapping[str, Meaning]]:
    """The labels of every source and what they mean. Raises ``SourceError`` that names the label whose type is unknown."""
    document = read_yaml(file, TypeAdapter(dict[str, _Labels]), error=SourceError)
    return {source: labels.meanings() for source, labels in document.content.items()}


def read_presidio_research(folder: Path) -> list[IdentifierRow]:
    """Sentences that Presidio's authors generated from templates, by which they are grouped (version 2)."""
    return _presidio(folder, "presidio_research", "presidio_research/synth_dataset_v2.json")


def read_generated_small(folder: Path) -> list[IdentifierRow]:
    """The same from an older generator; split as the set above, whose templates it shares in part."""
    return _presidio(folder, "generated_small", "presidio_research/generated_small.json")


def _presidio(folder: Path, dataset: str, name: str) -> list[IdentifierRow]:
    rows = []
    for number, each in enumerate(read_json(folder, name)):
        template = each.get("template_id")
        group = str(each["masked"] if template is None else template)
        spans = [(span["start_position"], span["end_position"], span["entity_type"]) for span in each["spans"]]
        fit = is_fit("presidio_research", group)
        rows.append(_row("presidio_research", dataset, group, str(number), fit, each["full_text"], spans))
    return rows


def read_pii_benchmark(folder: Path) -> list[IdentifierRow]:
    """The four files of AmbientMeta's benchmark, each a data set of its own; the two rows of a pair are one group."""
    rows = []
    for dataset, file in PII_FILES.items():
        for each in read_json_lines(folder, f"pii_benchmark/{file}.jsonl"):
            group = min(each["id"], each.get("context_pair") or each["id"])
            spans = [(span["start"], span["end"], span["entity_type"]) for span in each["annotations"]]
            rows.append(_row("pii_benchmark", dataset, group, each["id"], is_fit(dataset, group), each["text"], spans))
    return rows


def read_contextual_anonymizer(folder: Path) -> list[IdentifierRow]:
    """Texts beside their anonymised forms, which say what stands where.

    Rows whose two forms do not align are left out, as nobody can say where their spans are; so are rows of which the
    anonymised form is a rewrite.
    """
    name = "contextual_anonymizer/synthetic_data.json"
    document = read_json(folder, name)
    if "data" not in document:
        raise damaged(folder, name, "there is no list of rows", 'an object with "metadata" and "data"')
    rows = []
    for number, each in enumerate(document["data"]):
        spans = aligned(each["context"], each["anonymized_context"])
        if spans is not None:
            key = str(number)
            fit = is_fit("contextual_anonymizer", key)
            rows.append(_row("contextual_anonymizer", "contextual_anonymizer", key, key, fit, each["context"], spans))
    return rows


def _row(
    source: str, dataset: str, group: str, number: str, fit: bool, text: str, spans: Iterable[tuple[int, int, str]]
) -> IdentifierRow:
    known = meanings()[source]
    unlisted, gone = Meaning(None, True, ""), Meaning(None, False, "a placeholder that stood in the text as it was published")
    meant = (
        (start, end, label, gone if is_placeholder(text[start:end]) else known.get(label, unlisted))
        for start, end, label in sorted(spans)
    )
    found = tuple(LabelledSpan(start, end, label, meaning.type, meaning.in_scope) for start, end, label, meaning in meant)
    return IdentifierRow(dataset, group, number, fit, text, found)
