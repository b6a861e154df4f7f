"""Instructions: Alpaca records (instruction, input, output), the same with one instruction for all, and seed tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pixel_assets.conversation.formats.base import (
    INSTRUCTION,
    TELLING,
    UNMISTAKABLE,
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Score,
    Turn,
    filled,
    labels,
    scored,
)
from pixel_assets.conversation.formats.content import media_count
from pixel_assets.conversation.formats.reasoning import take_thoughts
from pixel_assets.conversation.formats.turn_lists import history_turns
from pixel_assets.conversation.hints import Options

KEYS = ("instruction", "input", "output", "system", "history")
# What makes an instruction the system prompt: nearly all records have it, and most have an input of their own
LEAST_RECORDS = 20
LEAST_SHARE = 0.9
LEAST_DISTINCT = 0.5


def _alpaca(record: Record, options: Options) -> Converted:
    return _instructed(record, _prompt(record.get("instruction"), record.get("input")), record.get("system"))


def _alpaca_system(record: Record, options: Options) -> Converted:
    """The instruction is the system prompt wherever there is an input for it to work on."""
    if not filled(record.get("input")):
        return _alpaca(record, options)
    system = _prompt(record.get("system"), record.get("instruction"))
    return _instructed(record, _prompt(None, record["input"]), system)


def _instructed(record: Record, prompt: str, system: object) -> Converted:
    output = record.get("output")
    if not filled(output):
        return Rejection("no_reply", "the output is empty or no text")
    if not prompt:
        return Rejection("no_user_turn", "instruction and input are both empty or no text")
    turns: list[Turn] = []
    if isinstance(system, str) and system.strip():
        turns.append(("system", system))
    if "history" in record:
        history = history_turns(record["history"])
        if isinstance(history, Rejection):
            return history
        turns += history
    turns += [("user", prompt), ("assistant", output)]
    if len(record) <= 3:
        return [Draft(turns, {})]
    metadata = labels(record, KEYS)
    reasoning = take_thoughts(record, metadata)
    if media := media_count(record):
        return [Draft(turns, metadata | {"media": media}, reasoning, ("media_omitted",))]
    return [Draft(turns, metadata, reasoning)]


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


def _is_alpaca(record: Record) -> bool:
    return "instruction" in record and "output" in record


def _score_system(sample: Sequence[Record]) -> Score:
    """One instruction for all: anything less than nearly all of the sample is plain Alpaca."""
    found = [record for record in sample if _is_alpaca(record) and filled(record.get("input"))]
    instructions = Counter(str(record["instruction"]) for record in found)
    instruction, count = instructions.most_common(1)[0] if instructions else ("", 0)
    inputs = {record["input"] for record in found}
    shared = (
        bool(instruction.strip())
        and len(sample) >= LEAST_RECORDS
        and count >= LEAST_SHARE * len(sample)
        and len(inputs) >= LEAST_DISTINCT * len(sample)
    )
    explanation = f"one instruction for the inputs of {count} of {len(sample)} records"
    return Score(TELLING if shared else 0.0, explanation)


ALPACA = Format("alpaca", scored(INSTRUCTION, _is_alpaca, "instruction and output"), _alpaca)
ALPACA_SYSTEM = Format("alpaca_system", _score_system, _alpaca_system)
ALPACA_SEED = Format(
    "alpaca_seed",
    scored(
        UNMISTAKABLE,
        lambda record: isinstance(record.get("instances"), list) and "instruction" in record,
        "an instruction with instances",
    ),
    _seed_task,
)
