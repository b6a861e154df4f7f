"""What a detector reports: where something stands, what it is, who says it about whom, and how grave it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal

import pyarrow as pa

from pixel_assets.store.schema import column

Area = Literal["crisis", "response", "hate", "identity", "content"]
Subject = Literal["self", "other", "unknown"]
Time = Literal["present", "past", "future", "unknown"]
Frame = Literal["literal", "idiom", "fiction", "quoted", "asked", "negated", "hypothetical"]
LEVELS: Final = ("none", "concern", "risk", "imminent")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding in one turn. It holds offsets into the content of that turn, never the text itself."""

    conversation: int  # number of the conversation in its batch
    turn: int  # number of the turn, from 0; -1 where the conversation as a whole is meant
    start: int  # characters from the start of the turn's content, as is end
    end: int
    area: Area
    rule: str  # id of the rule or cue that found it
    kind: str  # what it is, such as suicide_ideation, race or prompt_injection
    level: int  # 0 none (kept as evidence, counts for nothing), 1 concern, 2 risk, 3 imminent
    speaker: str  # role of the turn
    subject: Subject = "unknown"  # whom it is about
    time: Time = "unknown"
    frame: Frame = "literal"
    score: float | None = None  # probability, where a model says so


FINDINGS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("turn", pa.int32(), "number of the turn from 0; -1 where the conversation as a whole is meant"),
        column("start", pa.int32(), "first character of the evidence in the content of the turn, after redaction"),
        column("end", pa.int32(), "character after the last one"),
        column("area", pa.string(), "crisis, response, hate, identity or content"),
        column("rule", pa.string(), "rule or cue that found it"),
        column("kind", pa.string(), "what it is, such as suicide_ideation"),
        column("level", pa.int8(), "0 counts for nothing, 1 concern, 2 risk, 3 imminent"),
        column("speaker", pa.string(), "role of the turn"),
        column("subject", pa.string(), "whom it is about: self, other or unknown"),
        column("time", pa.string(), "present, past, future or unknown"),
        column("frame", pa.string(), "literal, idiom, fiction, quoted, asked, negated or hypothetical"),
        column("score", pa.float64(), "probability from 0 to 1, where a model says so", nullable=True),
    ]
)


def to_table(findings: Iterable[Finding], ids: pa.StringArray) -> pa.Table:
    """Findings of a batch as rows, in the order of their place; ``ids`` are the conversation ids of the batch."""
    ordered = sorted(findings, key=lambda f: (f.conversation, f.turn, f.start, f.end, f.area, f.rule))
    rows = [asdict(finding) for finding in ordered]
    names = ids.take(pa.array([row.pop("conversation") for row in rows], pa.int32()))
    columns = {name: pa.array([row[name] for row in rows], FINDINGS.field(name).type) for name in FINDINGS.names[1:]}
    return pa.table({"conversation_id": names, **columns}, FINDINGS)
