"""The clinical validator on its labelled sets: precision and recall by set and by rule, and conversations judged a second.

``python benchmarks/validator.py [--json]``. The rules were mended by the first two sets. The fresh set was
written after that; at first reading its precision was 0.99 and its recall 0.88.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from figures import Figure, figure, show

sys.path.insert(0, str(Path(__file__).parents[1]))

from pixel_assets.generation.composed import Composed, Turn
from pixel_assets.generation.validate.judge import examine
from pixel_assets_tests.generation.labelled import counted, forbidden, labelled
from pixel_assets_tests.generation.scenarios import known, scenario

FOLDER = Path(__file__).parents[1] / "pixel_assets_tests" / "generation"
SETS = {"labelled": "validate_cases.yaml", "second": "validate_more_cases.yaml", "fresh": "validate_fresh_cases.yaml"}
CONVERSATIONS = 2000
TURNS = 16


def main(*, as_json: bool) -> None:
    """Print the figures."""
    figures: list[Figure] = []
    replies: list[str] = []
    for name, file in SETS.items():
        examples = list(labelled(FOLDER / file))
        counts = counted(examples)
        figures.append(figure(f"precision, {name} set", counts.precision, "share", len(examples)))
        figures.append(figure(f"recall, {name} set", counts.recall, "share", len(examples)))
        replies += [turn.content for example in examples if not example.breach for turn in example.composed.turns if turn.content]
    figures.append(_rate(replies))
    show(figures, as_json=as_json)


def _rate(replies: list[str]) -> Figure:
    """Conversations of 16 turns, each of three sentences that break no rule, judged in a second of processor time."""
    made = scenario("therapy_session")
    talks = [
        Composed(tuple(_turn(replies, 3 * (TURNS * talk + number), number) for number in range(TURNS)), ())
        for talk in range(CONVERSATIONS)
    ]
    begun = time.process_time()
    for talk in talks:
        examine(made, known(made), talk, forbidden())
    return figure(
        "conversations judged", CONVERSATIONS / (time.process_time() - begun), "1/s", CONVERSATIONS, goal=2000, at_least=True
    )


def _turn(replies: list[str], first: int, number: int) -> Turn:
    text = " ".join(replies[(7 * (first + step)) % len(replies)] for step in range(3))
    return Turn("assistant" if number % 2 else "user", text, "exploration")


if __name__ == "__main__":
    main(as_json="--json" in sys.argv)
