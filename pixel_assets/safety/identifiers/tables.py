"""The tables of redaction: where identifiers stood, and the corpus without them."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pixel_assets.conversation.corpus import CORPUS
from pixel_assets.store.schema import column

PARTS: Final = ("turn", "reasoning", "metadata")

PII_FINDINGS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("part", pa.string(), "turn, reasoning or metadata"),
        column("turn", pa.int32(), "number of the turn, or of the text among the values of the metadata; 0 for reasoning"),
        column("start", pa.int32(), "first character of the identifier in the original text"),
        column("end", pa.int32(), "character after the last one in the original text"),
        column("type", pa.string(), "what it is, such as name or phone"),
        column("rule", pa.string(), "rule that found it"),
        column("found_by", pa.string(), "fast or thorough"),
        column("score", pa.float64(), "how sure the rule is, from 0 to 1"),
        column("replaced", pa.bool_(), "whether something else stands there now"),
        column("new_start", pa.int32(), "first character of what stands there in the redacted text"),
        column("new_end", pa.int32(), "character after the last one in the redacted text"),
    ]
)

REDACTED_CORPUS = pa.schema(
    [
        *CORPUS,
        column(
            "release_id",
            pa.string(),
            "id under which it is exported: hash of the redacted content, for conversation_id is one of the raw text",
        ),
        column("redactions", pa.int32(), "how many identifiers were replaced"),
        column(
            "redacted_types",
            pa.list_(pa.field("item", pa.string(), nullable=False)),
            "types of the identifiers that were replaced; sorted",
        ),
        column("identifiers_left", pa.int32(), "how many the search after replacement still finds; 0 is as it should be"),
    ]
)
