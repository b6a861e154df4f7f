"""The columns of verdicts and of the audit trail."""

from __future__ import annotations

import pyarrow as pa

from pixel_assets.store.schema import column

_WORDS = pa.list_(pa.field("item", pa.string(), nullable=False))
EVIDENCE = pa.struct(
    [
        pa.field(name, kind, nullable=False)
        for name, kind in (
            ("area", pa.string()), ("rule", pa.string()), ("level", pa.int8()),
            ("turn", pa.int32()), ("start", pa.int32()), ("end", pa.int32()),
        )
    ]
)  # fmt: skip

SAFETY_VERDICTS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("verdict", pa.string(), "pass, redact (passes with identifiers replaced), review or quarantine"),
        column("crisis_level", pa.string(), "level that was acted on: none, concern, risk or imminent"),
        column("crisis_example", pa.bool_(), "whether it shows a risk and stays in the set, as an example of how to meet it"),
        column("client_only", pa.bool_(), "whether its source is read on the client's side only"),
        column("reason", pa.string(), "what decided, as area:rule; empty where nothing did"),
    ]
)

SAFETY_AUDIT = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("verdict", pa.string(), "pass, redact, review or quarantine"),
        column("crisis_level", pa.string(), "level that was acted on: none, concern, risk or imminent"),
        column("reasons", _WORDS, "every reason as area:rule:action, the gravest first"),
        column(
            "evidence",
            pa.list_(pa.field("item", EVIDENCE, nullable=False)),
            "findings that counted: area, rule, level, and place in the redacted text",
        ),
        column("redactions", pa.int32(), "identifiers that were replaced"),
        column("policy_version", pa.string(), "version of the policy (settings safety)"),
        column("code_version", pa.string(), "version of the code and data files of all detectors and of the gate"),
    ]
)
