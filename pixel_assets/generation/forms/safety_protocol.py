"""A session in which risk comes up: it is heard, asked about plainly, and answered by the protocol that fits it.

Each protocol has words of its own: a threat to others is not answered like a flashback. A voiced risk is asked about at
length and ends in a plan for safety (Stanley and Brown, 2012); where it is imminent, help by people comes first.
"""

from __future__ import annotations

from typing import Final

from pixel_assets.generation.composed import Composed, Known, Stage, Turn
from pixel_assets.generation.grammar import Grammar, Speaker, load_grammar, tidy
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import DisorderEntry, ProtocolEntry

_ANSWERED: Final = " // "  # between what the client says and how the therapist takes it up
_SUICIDE: Final = frozenset({"suicide_risk_assessment", "safety_planning"})
# Where danger is near and the body, a child or another person comes first, suicide is not asked about at length
_ACT_FIRST: Final = frozenset(
    {
        "medical_emergency", "intoxication_and_withdrawal", "eating_disorder_medical_risk", "perinatal_emergency",
        "dissociation_response", "domestic_abuse_response", "sexual_violence_disclosure", "child_protection",
        "adult_safeguarding",
    }
)  # fmt: skip


def safety_protocol(scenario: Scenario, known: Known) -> Composed:
    """Ten to eighteen turns, engagement to closing, about the first protocol of a scenario; equal seeds give equal texts.

    ``known`` holds the entries that the scenario names; raises ``KeyError`` where one is missing, and ``ValueError`` for a
    scenario that names no protocol.
    """
    protocols = scenario.of("protocol")
    if not protocols:
        raise ValueError(f"scenario {scenario.scenario_id} names no protocol: a safety session needs one")
    session = _Session(scenario, protocols[0], _speaker(scenario))
    session.engage()
    session.hear_risk()
    if scenario.risk == "imminent":
        session.act()
    else:
        session.understand()
        session.plan(protocols[1:])
    session.close()
    templates = (f"safety_protocol/{protocols[0]}", f"safety_protocol/{session.risk}")
    return Composed(tuple(session.turns), templates, _reasoning(scenario, known))


def _grammar() -> Grammar:
    return load_grammar("safety.yaml", "safety_self.yaml", "safety_others.yaml")


def _speaker(scenario: Scenario) -> Speaker:
    values = {name: getattr(scenario, name) for name in ("presenting", "history", "goal", "culture", "household", "occupation")}
    return Speaker(_grammar(), scenario.seed, values)


class _Session:
    """The turns so far, and what makes the next ones."""

    def __init__(self, scenario: Scenario, protocol: str, speaker: Speaker) -> None:
        self.protocol, self.speaker = protocol, speaker
        self.complexity = scenario.complexity
        self.risk = "imminent" if scenario.risk == "imminent" else "voiced"
        self.turns: list[Turn] = []
        self._taken_up = ""  # how the therapist answers what the client said last

    def engage(self) -> None:
        """What the client came with; more of it where things are complex and nothing is urgent."""
        self._client("engagement", "open.client")
        self._therapist("engagement", "open.pixel")
        if self.complexity != "low" or self.speaker.chance(0.5):
            self._client("engagement", "history.client")
            self._therapist("engagement", "history.pixel")
        elif self.risk == "voiced":
            self._client("engagement", "more.client")
            self._therapist("engagement", "more.pixel")

    def hear_risk(self) -> None:
        """Risk comes up, is asked about by its protocol, and suicide is asked about as well."""
        self._client("exploration", self._own(self.risk))
        self._therapist("exploration", self._own("hears"), self._own("ask"))
        self._answer("exploration", self._own(f"{self.risk}.answer"))
        if self.risk == "imminent" and self.protocol in _ACT_FIRST:
            return
        question = "means" if self.protocol in _SUICIDE else "suicide"
        self._therapist("exploration", f"{question}.ask")
        self._answer("exploration", f"{question}.{self.risk}")

    def understand(self) -> None:
        """What protects is asked about, and what has been heard is said back."""
        self._therapist("exploration", "protect.ask")
        self._answer("exploration", "protect.answer")
        understood = self.speaker.expand(f"{{sum.lead}} {{{self._own('sum')}}}. {{sum.link}} {{sum.check}}")
        self._add("assistant", "formulation", understood)
        self._client("formulation", "sum.answer")

    def plan(self, others: tuple[str, ...]) -> None:
        """Steps of the protocol, and of a second one where there is one."""
        question, said, taken_up = self.speaker.expand(f"{{{self._own('plan')}}}").split(_ANSWERED)
        self._add("assistant", "intervention", question)
        self._add("user", "intervention", said)
        self._taken_up = taken_up
        second = ["plan.beside" if other in _SUICIDE else f"{other}.keep" for other in others[:1] if other != self.protocol]
        self._therapist("intervention", self._own("keep"), *second, "privacy")

    def act(self) -> None:
        """Help that comes now, and what to do until it is there."""
        self._therapist("intervention", self._own("now"))
        self._answer("intervention", "resist")
        told = ("suicide.tell",) if self.protocol in _ACT_FIRST else ("privacy",) if self.speaker.chance(0.4) else ()
        self._therapist("intervention", self._own("stay"), *told)

    def close(self) -> None:
        """An end with a next step."""
        self._client("closing", f"{self.risk}.close.client")
        self._therapist("closing", f"{self.risk}.close.pixel")

    def _own(self, symbol: str) -> str:
        return f"{self.protocol}.{symbol}"

    def _client(self, stage: Stage, symbol: str) -> None:
        self._add("user", stage, self.speaker.expand(f"{{{symbol}}}"))

    def _answer(self, stage: Stage, symbol: str) -> None:
        said, taken_up = self.speaker.expand(f"{{{symbol}}}").split(_ANSWERED)
        self._add("user", stage, said)
        self._taken_up = taken_up

    def _therapist(self, stage: Stage, *symbols: str) -> None:
        self._add("assistant", stage, " ".join(self.speaker.expand(f"{{{symbol}}}") for symbol in symbols))

    def _add(self, role: str, stage: Stage, text: str) -> None:
        if role == "user":
            self.turns.append(Turn("user", tidy(text), stage))
            return
        self.turns.append(Turn("assistant", tidy(f"{self._taken_up} {text}"), stage))
        self._taken_up = ""


def _reasoning(scenario: Scenario, known: Known) -> str:
    """What speaks for danger, and what the protocols ask for, as a thought before the answer."""
    lines = [f"Risk in this session: {scenario.risk}."]
    for role, name in scenario.entries:
        entry = known[name]
        if isinstance(entry, DisorderEntry) and role == "disorder":
            lines.append(f"With {entry.name.lower()}, think of: " + "; ".join(entry.details.risk) + ".")
        elif isinstance(entry, ProtocolEntry) and role == "protocol":
            lines.append(f"{entry.name}. It must: " + "; ".join(entry.details.must) + ".")
            lines.append("It must not: " + "; ".join(entry.details.must_not) + ".")
    return "\n".join(lines)
