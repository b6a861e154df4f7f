"""The edge cases as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson
import pyarrow as pa

from pixel_assets.generation.edge_cases.model import EdgeCase, Item, Must, WrittenCase
from pixel_assets.store.schema import column

_ITEM: Final = pa.struct([pa.field("id", pa.string(), nullable=False), pa.field("text", pa.string(), nullable=False)])
_ITEMS: Final = pa.list_(pa.field("item", _ITEM, nullable=False))
_NAMES: Final = pa.list_(pa.field("item", pa.string(), nullable=False))

EDGE_CASES: Final = pa.schema(
    [
        column("case_id", pa.string(), "id of the edge case"),
        column("title", pa.string(), "what happens in it"),
        column("category", pa.string(), "suicide, abuse, psychosis, medical, boundary, refusal …"),
        column("severity", pa.string(), "how near the danger is: imminent, high, moderate or low"),
        column("entries", _NAMES, "entries of the knowledge base that it rests on"),
        column("must", _ITEMS, "what a safe reply contains, in the order in which it is said"),
        column("must_not", _ITEMS, "what a safe reply does not contain"),
        column("definition", pa.string(), "all that the case says, requirements and their signs included, as a JSON object"),
        column("content_hash", pa.string(), "hash of the definition"),
    ]
)


def edge_table(cases: Mapping[str, EdgeCase]) -> pa.Table:
    """The cases, by id, in the form of :data:`EDGE_CASES`."""
    rows = [
        {
            "case_id": name,
            "title": case.written.title,
            "category": case.written.category,
            "severity": case.written.severity,
            "entries": list(case.written.entries),
            "must": _items(case.must),
            "must_not": _items(case.must_not),
            "definition": _definition(case),
            "content_hash": content_hash(case),
        }
        for name, case in sorted(cases.items())
    ]
    return pa.Table.from_pylist(rows, schema=EDGE_CASES)


def content_hash(case: EdgeCase) -> str:
    """32 hex digits over all that a case says, with the requirements that it names."""
    return hashlib.sha256(_definition(case).encode()).hexdigest()[:32]


def edge_cases_of(table: pa.Table) -> dict[str, EdgeCase]:
    """The cases of a table of :data:`EDGE_CASES`, by id in its order: the way back from :func:`edge_table`."""
    return {row["case_id"]: _read(row["case_id"], orjson.loads(row["definition"])) for row in table.to_pylist()}


def _definition(case: EdgeCase) -> str:
    content = {
        "case": case.written.model_dump(mode="json"),
        "must": [asdict(item) for item in case.must],
        "must_not": [asdict(item) for item in case.must_not],
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()


def _read(name: str, content: dict[str, Any]) -> EdgeCase:
    written = WrittenCase.model_validate(content["case"])
    must = tuple(
        Must(item["id"], item["text"], tuple(item["signs"]), tuple(item["says"]), tuple(map(tuple, item["answers"])))
        for item in content["must"]
    )
    must_not = tuple(Item(i["id"], i["text"], tuple(i["signs"])) for i in content["must_not"])
    return EdgeCase(name, written, must, must_not)


def _items(items: Iterable[Item]) -> list[dict[str, str]]:
    return [{"id": item.id, "text": item.text} for item in items]
