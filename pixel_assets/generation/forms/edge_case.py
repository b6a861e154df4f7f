"""A conversation that meets an edge case: what the client says, what a safe reply holds, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pixel_assets.generation.composed import Composed, Known, Stage, Turn
from pixel_assets.generation.edge_cases.model import EdgeCase, Must, Outcome
from pixel_assets.generation.grammar import Speaker, load_grammar, tidy
from pixel_assets.knowledge.model import ProtocolEntry

_COURSES: Final = ("steady", "steady", "rising", "easing")
_LONGEST: Final = 12  # turns


def edge_case(case: EdgeCase, seed: int, known: Known) -> Composed:
    """Four to twelve turns about a case, in which Pixel fulfils every requirement; equal seeds give equal texts.

    ``known`` holds the entries that the case names; raises ``KeyError`` where one is missing.
    """
    speaker = Speaker(load_grammar("edge.yaml"), seed)
    outcome: Outcome = speaker.pick(case.written.outcomes, "outcome")  # type: ignore[assignment]
    course = speaker.pick(_COURSES, "course")
    said = _Dialogue(case, speaker)
    said.open()
    said.bring_up(course)
    said.end(outcome)
    return Composed(
        tuple(said.turns), (f"edge_case/{case.id}", f"edge_case/{course}", f"edge_case/{outcome}"), _reasoning(case, known)
    )


class _Dialogue:
    """The turns so far, and what makes the next ones."""

    def __init__(self, case: EdgeCase, speaker: Speaker) -> None:
        self.case, self.written, self.speaker = case, case.written, speaker
        self.turns: list[Turn] = []
        self._open_words: list[str] = []  # what Pixel says before the next requirement

    def open(self) -> None:
        """The first message, and all requirements: one turn of Pixel's ends with each question."""
        self._client(self.speaker.pick([first.text for first in self.written.first], "first"), "engagement")
        self._open_words = [self._one(self.written.hears, "hears")]
        groups = list(self._groups())
        for number, group in enumerate(groups):
            stage: Stage = "engagement" if number == 0 else "exploration"
            self._pixel(*(self._one(must.says, must.id) for must in group), stage=stage)
            if group[-1].answers:
                answers = dict(group[-1].answers)
                client = self.speaker.pick(list(answers), f"answers {group[-1].id}")
                self._client(self.speaker.expand(client), "exploration")
                self._open_words = [self.speaker.expand(answers[client])]
            elif number + 1 < len(groups):
                self._exchange()
        if not self._open_words and self.speaker.chance(0.7):
            self._exchange()

    def bring_up(self, course: str) -> None:
        """What else the client says, and whether it gets worse or easier meanwhile."""
        words: list[Callable[[], None]] = [self._exchange] if self.speaker.chance(0.55) else []
        if course != "steady":
            words.append(lambda: self._course(course))
        for say in words:
            if len(self.turns) > _LONGEST - 5:
                return
            if self._open_words:
                self._pixel(self.speaker.expand("{course.pause}"), stage="exploration")
            say()

    def end(self, outcome: Outcome) -> None:
        """The next step is offered, and taken or not."""
        steps = {"step": self._one(self.written.steps, "steps")}
        kind = self.written.help
        if not self._open_words:  # Pixel has the word: the offer follows what was said last
            self._open_words = [self.turns.pop().content]
        self._pixel(self.speaker.expand(f"{{offer.{kind}}}", steps), stage="intervention")
        self._client(self.speaker.expand(f"{{{outcome}.client.{kind}}}", steps), "closing")
        steps = {"step": self._one(self.written.steps, "steps")}
        self._pixel(self.speaker.expand(f"{{{outcome}.pixel.{kind}}}", steps), stage="closing")

    def _groups(self) -> Iterator[list[Must]]:
        """The requirements in order; a question ends its group, and three are the most that fit in one turn."""
        group: list[Must] = []
        for must in self.case.must:
            group.append(must)
            if must.answers or len(group) == 3:
                yield group
                group = []
        if group:
            yield group

    def _exchange(self) -> None:
        exchange = self.written.exchanges[
            int(self.speaker.pick([str(number) for number in range(len(self.written.exchanges))], "exchange"))
        ]
        self._client(self._one(exchange.client, "client"), "exploration")
        self._open_words = [self._one(exchange.pixel, "pixel")]

    def _course(self, course: str) -> None:
        self._client(self.speaker.expand(f"{{course.{course}.client}}"), "exploration")
        self._open_words = [self.speaker.expand(f"{{course.{course}.pixel}}")]

    def _one(self, phrases: tuple[str, ...], pool: str) -> str:
        return self.speaker.expand(self.speaker.pick(phrases, pool))

    def _client(self, text: str, stage: Stage) -> None:
        self.turns.append(Turn("user", tidy(text), stage))

    def _pixel(self, *texts: str, stage: Stage) -> None:
        self.turns.append(Turn("assistant", tidy(" ".join([*self._open_words, *texts])), stage))
        self._open_words = []


def _reasoning(case: EdgeCase, known: Known) -> str:
    """What is at stake, from the case and from the protocols that it rests on."""
    lines = [f"This is {case.written.severity} in severity: {case.written.speaker.situation}."]
    for name in case.written.entries:
        entry = known[name]
        if isinstance(entry, ProtocolEntry):
            lines.append(f"{entry.name}: {entry.summary}")
    lines.append("A safe reply: " + "; ".join(item.text for item in case.must) + ".")
    lines.append("What it must leave out: " + "; ".join(item.text for item in case.must_not) + ".")
    return "\n".join(lines)
