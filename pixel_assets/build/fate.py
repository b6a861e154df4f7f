"""What became of a conversation, a record, a scenario or a recording, in plain words, from what assets say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pixel_assets.build.evidence import Chapter, Evidence, Row

_PLAN: Final = "`pixel plan` says what is to be built"
_DECIDING: Final = ("decisions", "training_mix", "dataset_splits")


def rows_by_asset(chapters: Iterable[Chapter]) -> dict[str, list[Row]]:
    """The rows of chapters, whichever partitions they are of."""
    said: dict[str, list[Row]] = {}
    for chapter in chapters:
        said.setdefault(chapter.asset, []).extend(chapter.rows)
    return said


def fate_of_conversation(said: Mapping[str, Sequence[Row]]) -> str:
    """Whether it is in the training set, or why not."""
    decision, mix, split = (next(iter(said.get(asset, ())), None) for asset in _DECIDING)
    if decision is None:
        return f"read; nothing is decided on it yet: {_PLAN}"
    if not decision["keep"]:
        instead = f"; {decision['winner_id']} is used instead" if decision.get("winner_id") else ""
        return f"{_dropped(decision)}{instead}"
    if split is not None:
        return f"kept; in the training set ({split['split']}){_unreviewed(said)}"
    if mix is not None:
        return "kept; in the mix, and not in a split yet"
    return "kept; not in the training set: its category has given all that the mix asks of it"


def _dropped(decision: Row) -> str:
    """Where and why a conversation was dropped; what waits for review may still come in, so that it is held."""
    stage, reason, detail = decision["stage"], decision["reason"], decision["detail"]
    if stage != "safety":
        return f"dropped at {stage}: {detail or reason}"
    became = "held" if reason == "awaits_review" else "dropped"
    return f"{became} at safety: {_with_detail(reason.replace('_', ' '), detail)}"


def _unreviewed(said: Mapping[str, Sequence[Row]]) -> str:
    verdict = next(iter(said.get("safety_verdicts", ())), None)
    return f", unreviewed: {verdict['reason']}" if verdict and verdict["verdict"] == "review" else ""


def fate_of_record(chapters: Iterable[Chapter]) -> str:
    """Why a record, a passage or a file without a recording gave no conversation."""
    reasons = [row for chapter in chapters for row in chapter.rows if row.get("reason")]
    return _rejected(reasons[0]["reason"], reasons[0].get("detail")) if reasons else f"read, and nothing made of it yet: {_PLAN}"


def fate_of_scenario(chapters: Iterable[Chapter]) -> str:
    """Why a scenario gave no conversation."""
    broken = [row for chapter in chapters for row in chapter.rows if row.get("rule")]
    if not broken:
        return f"no conversation was made for it yet: {_PLAN}"
    more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
    return _rejected(broken[0]["rule"], broken[0].get("detail")) + more


def fate_of_recording(judged: Row | None, chapters: Sequence[Chapter], passages: Sequence[Row]) -> str:
    """Whether a recording was accepted, what was heard in it, and how many of its passages gave conversations."""
    if judged is None:
        return f"not among the files that are judged now: {_PLAN}"
    if not judged["accepted"]:
        instead = f"; {judged['copy_of']} is used instead" if judged["copy_of"] else ""
        return _rejected(judged["reason"], judged["detail"]) + instead
    transcript = next(iter(rows_by_asset(chapters).get("voice_transcripts", ())), None)
    if transcript is None:
        return f"accepted, and not transcribed yet: {_PLAN}"
    if transcript["reason"]:
        return f"accepted; no transcript: {_with_detail(transcript['reason'], transcript['detail'])}"
    gave = sum(passage["conversation_id"] is not None for passage in passages)
    return f"accepted; {transcript['words']:,} words; {gave:,} of {len(passages):,} passages gave a conversation"


def passages_of(evidence: Evidence, chapters: Iterable[Chapter]) -> list[Row]:
    """The passages of a recording by number: when, how many words, and what became of each."""
    said = rows_by_asset(chapters)
    conversations, rejected = (said.get(asset, []) for asset in ("voice_conversations", "rejected_passages"))
    names = [row["conversation_id"] for row in conversations]
    became: dict[str, dict[str, list[Row]]] = {name: {} for name in names}
    for asset in _DECIDING if names else ():
        if asset in evidence.assets:
            for row in evidence.rows(asset, "list_contains(?, conversation_id)", [names]):
                became[row["conversation_id"]][asset] = [row]
    found = [
        _passage(row, row["rows"][0], row["conversation_id"], fate_of_conversation(became[row["conversation_id"]]))
        for row in conversations
    ]
    found += [_passage(row, row["passage"], None, _rejected(row["reason"], row["detail"])) for row in rejected]
    return sorted(found, key=lambda row: row["passage"])


def _passage(row: Row, number: int, conversation: str | None, became: str) -> Row:
    place = {name: row[name] for name in ("start", "end", "words")}
    return {"passage": number, **place, "conversation_id": conversation, "fate": became}


def _rejected(reason: str, detail: str | None) -> str:
    return f"rejected: {_with_detail(reason, detail)}"


def _with_detail(reason: str, detail: str | None) -> str:
    return f"{reason}: {detail}" if detail else reason
