"""The clinical validator on its labelled sets: precision and recall by set and by rule, and conversations judged a second.

``python benchmarks/validator.py [--json]``. The rules were mended by four of the sets. The fresh set was written after the
first two (at first reading precision 0.99, recall 0.88), and some of its errors were mended. By the held-out set nothing was
mended: it is written in words that the cues were not written for, and shows how much goes unseen in a text by anybody else.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from figures import Figure, figure, show

sys.path.insert(0, str(Path(__file__).parents[1]))

from pixel_assets.generation.composed import Composed, Known, Refused, Turn
from pixel_assets.generation.composer import Composer
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.scenarios import make_scenarios
from pixel_assets.generation.validate.contraindicated import Contraindications
from pixel_assets.generation.validate.judge import examine
from pixel_assets.settings import Settings
from pixel_assets_tests.generation.labelled import counted, forbidden, labelled
from pixel_assets_tests.generation.scenarios import knowledge, known, scenario

HELD_OUT = "held out"
FOLDER = Path(__file__).parents[1] / "pixel_assets_tests" / "generation"
SETS = {
    "labelled": "validate_cases.yaml",
    "second": "validate_more_cases.yaml",
    "found": "validate_found_cases.yaml",
    "third": "validate_third_cases.yaml",
    "fresh": "validate_fresh_cases.yaml",
    HELD_OUT: "validate_held_out.yaml",
}
CONVERSATIONS = 2000
TURNS = 16


def main(*, as_json: bool) -> None:
    """Print the figures."""
    figures: list[Figure] = []
    replies: list[str] = []
    for name, file in SETS.items():
        examples = list(labelled(FOLDER / file))
        counts = counted(examples)
        by_rule = {rule: counted([one for one in examples if one.rule == rule]) for rule in {one.rule: None for one in examples}}
        precision = {rule: round(some.precision, 2) for rule, some in by_rule.items() if some.precision < 1}
        recall = {rule: round(some.recall, 2) for rule, some in by_rule.items() if some.recall < 1}
        use = "" if name == HELD_OUT else ", tuned on"
        figures.append(figure(f"precision, {name} set{use}", counts.precision, "share", len(examples), by_rule=precision))
        figures.append(figure(f"recall, {name} set{use}", counts.recall, "share", len(examples), by_rule=recall))
        replies += [turn.content for example in examples if not example.breach for turn in example.composed.turns if turn.content]
    figures.append(_composed_rate())
    figures.append(_rate(replies))
    show(figures, as_json=as_json)


def _composed_rate() -> Figure:
    """Conversations of the composer judged in a second of processor time, when hardly a sentence was met before."""
    scenarios = make_scenarios(knowledge(), CONVERSATIONS, Settings().scenarios.forms, 5)
    composer = Composer()
    talks = [(made, composer.compose(made, known(made))) for made in scenarios]
    examine(*_judged(talks[0]))  # reads the cues
    begun = time.process_time()
    for talk in talks:
        examine(*_judged(talk))
    rate = len(talks) / (time.process_time() - begun)
    return figure("composed conversations judged, first of all", rate, "1/s", len(talks), goal=2000, at_least=True)


def _judged(talk: tuple[Scenario, Composed | Refused]) -> tuple[Scenario, Known, Composed, Contraindications]:
    made, composed = talk
    assert isinstance(composed, Composed)
    return made, known(made), composed, forbidden()


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
