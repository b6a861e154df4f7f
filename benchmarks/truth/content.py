"""Content rules on dialogues that people wrote: no set labels them, so that only how often each rule speaks can be said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

from figures import Figure

from pixel_assets.labelled.rows import read_table
from pixel_assets.safety.content.examine import examine_content
from pixel_assets.safety.labelled import crisis
from pixel_assets.safety.turns import Turns
from truth.judged import Bench, count, measured

ANSWERS: Final = "counsel_chat/20200325_counsel_chat.csv"
QUARANTINE: Final = 3
Conversation = tuple[crisis.Turn, ...]


def counselling(data: Path) -> list[Conversation]:
    """Questions to therapists with their answers."""
    return [
        ({"role": "user", "content": each["questionText"] or ""}, {"role": "assistant", "content": each["answerText"] or ""})
        for each in read_table(data, ANSWERS, ("questionText", "answerText"))
    ]


def section(bench: Bench) -> list[Figure]:
    """Findings of every rule in a thousand conversations, and of what is quarantined."""
    prompts = bench.reported(crisis.read_xstest(bench.data))
    return [
        *_spoken("answers of therapists (counsel_chat)", counselling(bench.data)),
        *_spoken("chats with an assistant (vera_mh)", [row.turns for row in bench.reported(crisis.read_vera_mh(bench.data))]),
        *_spoken("safe prompts (xstest)", [row.turns for row in prompts if row.crisis is False]),
    ]


def _spoken(name: str, conversations: list[Conversation]) -> list[Figure]:
    findings = examine_content(Turns.of(conversations))
    by_rule = Counter(rule for rule, _ in {(finding.rule, finding.conversation) for finding in findings})
    held = {finding.conversation for finding in findings if finding.level >= QUARANTINE}
    groups = [str(number) for number in range(len(conversations))]
    return [
        measured(
            f"content, {name}: quarantined", groups,
            lambda drawn: sum(int(number) in held for number in drawn) / len(drawn),
        ),
        count(
            f"content, {name}: with a finding", len({finding.conversation for finding in findings}), "rows", len(conversations),
            by_rule=dict(sorted(by_rule.items())),
        ),
    ]  # fmt: skip
