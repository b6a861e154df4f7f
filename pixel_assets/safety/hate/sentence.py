"""One sentence that names a group: which of its words are said of the group, and what takes them back."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pixel_assets.safety.hate.grammar import grammar
from pixel_assets.safety.hate.lexicon import Part
from pixel_assets.safety.hate.mention import ATTACKS, NEAR, SAID, Cue, Mention, Taken, Target
from pixel_assets.safety.hate.valence import valued

GROUP: Final = "people"  # stands for every group, so that a vector of the sentence cannot tell them apart
SLUR: Final = "bastards"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sentence beside one with a mention, in which no group is named."""

    text: str
    start: int
    cues: list[Cue]

    def of_them(self) -> list[Cue]:
        """Attacks on those whom a pronoun of this sentence means."""
        if not grammar().they.search(self.text):
            return []
        return [
            cue for cue in self.cues
            if cue.part in ATTACKS
            and grammar().on_them.search(self.text[max(0, cue.start - self.start - NEAR) : cue.end - self.start + 12])
            and (cue.part not in ("violence", "exclusion") or any(other.part == "wish" for other in self.cues))
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that names a group, with what is said in it and beside it."""

    text: str
    start: int
    end: int
    cues: list[Cue]
    around: list[Neighbour]  # the sentences before and after in which no group is named
    quotes: list[int]
    named: Sequence[Target] = ()  # every group that is named here, by place
    sentences: int = 1  # of the turn

    def names_people(self, target: Target) -> bool:
        """Whether a word stands for people here: an adjective may describe a thing, a singular another noun."""
        follows = grammar().follows_adjective.match(self.text[target.end : min(self.end, target.end + 12)])
        if target.name.term.startswith("the "):
            return bool(follows)
        if target.name.form in ("plural", "slur", "person") or self._attack_follows(target):
            return True
        lead = self._before(target, 24)
        if target.name.form == "singular" and grammar().determined.search(lead):
            return True
        described = any(cue.part == "derogation" and cue.end + 1 == target.start for cue in self.cues)
        return bool(follows) and (described or bool(grammar().leads_adjective.search(lead)))

    def _attack_follows(self, target: Target) -> bool:
        if target.name.axis == "age":  # an old dog is a dog
            return False
        return any(
            cue.part in ("dehumanising", "insult") and cue.start == target.end + 1
            and grammar().follows_name.match(self.text[cue.end : min(self.end, cue.end + 12)])
            for cue in self.cues
        )  # fmt: skip

    def read(self, target: Target) -> Mention:
        """How this sentence speaks of one group that it names."""
        if target.name.form == "person":
            return Mention(target, "insult", self._insult_taken_back(target), False, frozenset())
        parts = {cue.part for cue in self.cues}
        attacks = [cue for cue in self.cues if cue.part in ATTACKS]
        live = [cue for cue in attacks if not self._negated(cue)]
        near = [cue for cue in live if self._near(cue, target, parts)]
        elsewhere = [] if self._specific(target) else [
            cue for sentence in self.around for cue in sentence.of_them()
            if target.name.form != "singular" or (sentence.start > self.start and grammar().opens.match(sentence.text))
        ]  # fmt: skip
        slur = target.name.slur
        slurred = bool(slur) and (not (slur and slur.weak) or bool(near) or self._aimed(target))
        features = self._features(target, near, elsewhere)
        attacked = near or elsewhere
        attack = "slur" if slurred else ""
        if attacked:
            attack = min(attacked, key=lambda cue: (abs(cue.start - target.start), cue.part)).part
        taken = self._taken_back(target, attacks, live, features)
        if taken:
            aggressive = {f for f in features if f.endswith(("_near", "_elsewhere"))}
            features -= aggressive | {"slur", "weak_slur", "aimed_slur"}
            features |= ({"defused_slur"} if slur else set()) | ({"defused_attack"} if aggressive or attacks else set())
            attack = attack or ("slur" if slurred else min((cue.part for cue in attacks), default=""))
        threat = not taken and any(cue.part == "violence" for cue in attacked)
        features |= self._said(target)
        features |= {name for name, holds in (("attacked", bool(attack)), ("taken_back", bool(taken))) if holds}
        return Mention(target, attack, taken, threat, frozenset(features), self.wording(), self.sentences)

    def _said(self, target: Target) -> set[str]:
        """What the sentence says wherever it says it: evidence that needs no grammar."""
        found = {f"{cue.part}_said" for cue in self.cues if cue.part in SAID} | {target.name.form} & {"plural", "singular"}
        return (
            found
            | valued(self.text[self.start : target.start], self.text[target.end : self.end])
            | ({"quotes"} if '"' in self.text[self.start : self.end] else set())
        )

    def wording(self) -> str:
        """The sentence without saying whom it is about, and the next one if it says more of them."""
        parts, last = [], self.start
        for target in self.named:
            parts += [self.text[last : target.start], SLUR if target.name.form == "slur" else GROUP]
            last = target.end
        return "".join([*parts, self.text[last : self.end], *(f" {after.text}" for after in self.around if self._goes_on(after))])

    def _goes_on(self, neighbour: Neighbour) -> bool:
        """Whether the next sentence still speaks of them."""
        return neighbour.start >= self.end and bool(grammar().they.search(neighbour.text))

    def _features(self, target: Target, near: list[Cue], elsewhere: list[Cue]) -> set[str]:
        slur = target.name.slur
        aimed = bool(slur) and bool(near or self._aimed(target))
        parts = {cue.part for cue in self.cues}
        holding = {
            "slur": bool(slur) and not (slur and slur.weak),
            "weak_slur": bool(slur and slur.weak),
            "aimed_slur": aimed,
            "bare_adjective": target.name.form == "adjective",
            "specific": not slur and self._specific(target),
            "several_near": len({cue.part for cue in near}) > 1,
            "attack_elsewhere": bool(elsewhere),
            "violence_elsewhere": any(cue.part == "violence" for cue in elsewhere),
            "generalised": "generaliser" in parts,
            "addressed": "address" in parts,
            "praised": any(cue.part == "positive" and not self._negated(cue) for cue in self.cues)
            or any(cue.part == "positive" for sentence in self.around for cue in sentence.cues),
            "reported": self._reported(target),
            "countered": "counter" in parts or any(cue.part == "counter" for sentence in self.around for cue in sentence.cues),
            "asked_why": bool(grammar().why.search(self.text[self.start : self.end].strip())),
        }  # fmt: skip
        return {f"{cue.part}_near" for cue in near} | {name for name, holds in holding.items() if holds}

    def _specific(self, target: Target) -> bool:
        if target.name.form not in ("plural", "singular"):
            return False
        pattern = grammar().specific_plural if target.name.form == "plural" else grammar().specific_singular
        return bool(pattern.search(self._before(target, 24)))

    def _before(self, target: Target, reach: int) -> str:
        return self.text[max(self.start, target.start - reach) : target.start]

    def _near(self, cue: Cue, target: Target, parts: set[Part]) -> bool:
        """Whether a cue speaks of this group: as what it is said to be, or as the object of what is felt, done or demanded."""
        after = cue.start >= target.end
        between = self.text[target.end : cue.start] if after else self.text[cue.end : target.start]
        if len(between) > NEAR or grammar().clause.search(between):
            return False
        if cue.part in ("violence", "exclusion"):
            return self._wished(cue, parts) and (
                bool(grammar().passive.search(between)) if after else not grammar().agent.search(between)
            )
        if cue.part == "aversion":
            if after:
                return bool(grammar().affects.match(self.text[cue.start : cue.end]))
            return not grammar().third.search(self.text[max(self.start, cue.start - NEAR) : cue.start])
        if cue.part == "denial":
            return after or not grammar().agent.search(between)
        if after and grammar().another.search(between):
            return False
        if after:
            return between.strip() in ("", "'s", ",") or bool(grammar().is_said.search(between))
        return between.count(" ") <= 3 and not grammar().after_preposition.search(between)

    def _negated(self, cue: Cue) -> bool:
        return any(
            other.part == "negator" and other.end <= cue.start and cue.start - other.end <= 45
            and " but " not in self.text[other.end : cue.start]
            for other in self.cues
        )  # fmt: skip

    def _wished(self, cue: Cue, parts: set[Part]) -> bool:
        leads = not self.text[self.start : cue.start].strip(" \"'")
        return "wish" in parts or leads

    def _insult_taken_back(self, target: Target) -> Taken:
        """An insult to somebody's face begins a sentence or a clause; elsewhere it is what somebody thinks, says or fears."""
        if bisect.bisect_left(self.quotes, target.start) % 2:
            return "quoted"
        return "" if grammar().opens_clause.search(self._before(target, 12)) else "quoted"

    def _aimed(self, target: Target) -> bool:
        return bool(
            grammar().aimed_before.search(self._before(target, 30))
            or grammar().aimed_after.match(self.text[target.end : target.end + 30])
        )

    def _reported(self, target: Target) -> bool:
        return any(cue.part == "report" and cue.end <= target.start and target.start - cue.end <= NEAR for cue in self.cues)

    def _taken_back(self, target: Target, attacks: list[Cue], live: list[Cue], features: set[str]) -> Taken:
        before = bisect.bisect_left(self.quotes, target.start)
        if before % 2 and before < len(self.quotes) and len(self.text) - (self.quotes[before] - self.quotes[before - 1]) > 15:
            return "quoted"
        lead = self._before(target, NEAR)
        slur = target.name.slur
        if grammar().self.search(lead) or grammar().being_i.search(self.text[self.start : target.start]):
            return "self"
        if grammar().others_say.search(self._before(target, 90)):
            return "quoted"
        if grammar().asks.search(self.text[self.start : self.end].strip()):
            return "asked"
        if slur and slur.reclaimed and (grammar().own.search(lead) or "praised" in features):
            return "reclaimed"
        if "countered" in features:
            return "counter"
        return "negated" if attacks and not live else ""
