"""Instructions: Alpaca records (instruction, input, output) and seed tasks with nested instances."""

from __future__ import annotations

from pixel_assets.conversation.formats.base import (
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    filled,
    labels,
    scored,
)
from pixel_assets.conversation.formats.turns import media_in
from pixel_assets.conversation.hints import Options

KEYS = ("instruction", "input", "output", "system", "history")


def _alpaca(record: Record, options: Options) -> Converted:
    if media := media_in(record):
        return media
    if not filled(record.get("output")):
        return Rejection("no_reply", "the output is empty or no text")
    prompt = _prompt(record.get("instruction"), record.get("input"))
    if not prompt:
        return Rejection("no_user_turn", "instruction and input are both empty or no text")
    turns: list[Turn] = []
    if filled(record.get("system")):
        turns.append(("system", record["system"]))
    history = record.get("history") or []
    if not isinstance(history, list):
        return Rejection(
            "malformed_turn", f"the history is a {type(history).__name__}, expected a list of pairs"
        )
    for number, pair in enumerate(history, start=1):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            return Rejection("malformed_turn", f"element {number} of the history is no pair of texts")
        turns += [("user", pair[0]), ("assistant", pair[1])]
    turns += [("user", prompt), ("assistant", record["output"])]
    return [Draft(turns, labels(record, KEYS))]


def _seed_task(record: Record, options: Options) -> Converted:
    instances = record.get("instances")
    if not isinstance(instances, list):
        return Rejection("no_reply", "there is no list of instances")
    drafts: list[Draft] = []
    metadata = labels(record, ("instruction", "instances"))
    for instance in instances:
        if not isinstance(instance, dict) or not filled(instance.get("output")):
            continue
        if prompt := _prompt(record.get("instruction"), instance.get("input")):
            drafts.append(Draft([("user", prompt), ("assistant", instance["output"])], metadata))
    if not drafts:
        return Rejection("no_reply", f"none of {len(instances)} instances has a prompt and an output")
    if len(drafts) < len(instances):
        return [draft._replace(flags=("instances_dropped",)) for draft in drafts]
    return drafts


def _prompt(instruction: object, context: object) -> str:
    return "\n\n".join(text for text in (instruction, context) if isinstance(text, str) and text.strip())


ALPACA = Format(
    "alpaca",
    scored(0.85, lambda record: {"instruction", "output"} <= record.keys(), "instruction and output"),
    _alpaca,
)
ALPACA_SEED = Format(
    "alpaca_seed",
    scored(
        1.0,
        lambda record: isinstance(record.get("instances"), list) and "instruction" in record,
        "an instruction with instances",
    ),
    _seed_task,
)
