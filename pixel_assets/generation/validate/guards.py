"""What takes a match of a cue back: a negation before it, a question, a quotation, somebody else's words, and the like.

A guard looks at the sentence that a match stands in. The idea, a trigger with cues of negation and of hypothetical speech
in a window before it, is that of NegEx and ConText (Chapman et al. 2001; Harkema et al. 2009), over clauses instead of words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_ENDS: Final = ".!?\n"
_CLAUSE: Final = re.compile(r"[,;:()]| - | – |—| but | yet | and (?=i\b|you\b|we\b|it\b)")
_NEGATION: Final = re.compile(
    r"\b(?:not|never|no|nobody|nothing|none|nor|neither|cannot|without|instead of|rather than|refuse|hardly|far from|"
    r"anything but|won't|rarely|avoid)\b|n't\b"
)
_TELLERS: Final = (
    r"(?:he|she|they|who|people|others|everyone|everybody|nobody|somebody|someone|friends?|family|relatives|doctors?|"
    r"psychiatrist|"
    r"nurse|mother|father|mum|dad|parents|partner|husband|wife|boss|brother|sister|society|world|voices?|critic|part of you|"
    r"side of you|thoughts?|mind|head|brain|belief|idea|fear|shame|guilt|depression|anxiety|panic|illness|internet|article|book|"
    r"ads?|programme|website|posts?|it)"
)
_REPORTED: Final = re.compile(
    r"\b(?:you(?:'ve| have|'d| had| also| once| just| then| often| sometimes| were| are|'re)* (?:been )?"
    r"(?:said|say|saying|tell|told|telling|feel|feeling|felt|think|thinking|thought|believe|believing|believed|wonder|wondering|"
    r"worry|worrying|worried|hope|hoping|fear|fearing|afraid|mention|mentioned|heard|hear|read|wrote|describe|"
    r"convinced|asking|ask|"
    r"asked|call|called|diagnosed|blame|blaming|decided|imagine|suspect|want|wanted|wish|know that|learnt|learned|"
    r"looked up|given)\b|"
    rf"{_TELLERS}(?: \w+){{0,3}}? (?:say|says|said|saying|tell|tells|told|telling|think|thinks|thought|insists?|"
    rf"whispers?|claims?|"
    r"shouts?|decided|calls?|called|promise[sd]?|writes?|wrote)\b|"
    r"(?:want|wants|wanted|wish|wishing|waiting for|like|need|asked?|asking|expect\w*|hoping for) me to\b|"
    r"\bthe (?:thought|belief|idea|fear|feeling|story|sense|voice|message|words?|sentence|claim|advice|diagnosis)\b|"
    r"(?:hearing|hear|being told|told) (?:that|to)\b|somebody who|anyone who|people who|a person who|someone who)"
)
# Words that name the ground of a claim and do not hand it to somebody else: "from what you say, this is …"
_SOURCE: Final = re.compile(
    r"\b(?:from|by|given|after|with|going by) (?:all |everything )?(?:what |that )?you(?:'ve| have)? \w+(?: me)?|\bas you \w+"
)
_CONDITIONAL: Final = re.compile(
    r"\b(?:if|whether|unless|in case|when|whenever|suppose|supposing|imagine|even though|once|before|until|as soon as)\b"
)
_GRADED: Final = re.compile(
    r"\b(?:may|might|could|can be|perhaps|possibly|maybe|possible|possibility|wonder|wondering|worth (?:asking|"
    r"checking|exploring|"
    r"looking)|not sure|uncertain|unsure|too (?:early|soon)|cannot|can't|couldn't|wouldn't|rule out|suggests?|hypothesis|"
    r"one (?:thing|explanation|option|way)|some of|sometimes|overlap\w*|resembles?|in common|similar to)\b"
)
_WISHED: Final = re.compile(
    r"\b(?:you(?:'d| would|'re| are|'ve| have| were| may| might| could)? (?:\w+ )?(?:like|love|want|wanted|wish|"
    r"wished|wishing|hope|"
    r"hoped|hoping|ask|asked|asking|think|thought|feel|felt|say|said|suggest|suggested|long|longing|imagine|imagined|picture|"
    r"prefer|believe|wonder|wondering|dream\w*|need|needed|offer|offered|mean)\b|(?:wish|longing|hope|dream|idea|"
    r"thought|question|"
    r"request|offer|invitation|asking|wanting|wishing|fantasy|image|imagining|sense|picture) (?:\w+ ){0,3}?(?:that|to|"
    r"of|whether|if|"
    r"for|is|was)\b|what if|if (?:we|i|you|only)|imagine|would it mean|would it be like|whether|as though|as if|"
    r"(?:want|wants|like|ask|asked|asking|need|needs|wish) me to)"
)
_TOLD: Final = re.compile(
    r"\b(?:told|tell yourself|telling (?:you|yourself)|people (?:say|who)|others|someone says|says? (?:that|to you)|"
    r"said|hearing|hear|"
    r"as if|as though|advice|message|voice|critic|sentences? like|phrases? like|words like|ask yourself|asking yourself|"
    r"blame|call yourself|calling yourself|sound like|sounded like|impression that|feeling (?:that|like|as)|feels? "
    r"(?:like|that|as)|sense that|"
    r"believ\w*|afraid|worry|worried|fear|part of you|rule that|thought|punish\w*|shame|judg\w+|sting\w*)\b"
)

_SINGLE: Final = re.compile(r"(?<![a-z0-9])'(?=[a-z0-9]).+?(?<=[a-z0-9.,!?])'(?![a-z0-9])")
_RULED_OUT: Final = re.compile(
    r"(?:^|[;:] |- )(?:please |and )?(?:avoid|refrain from|leave out|do(?:n't| not) (?:say|use|rely|offer|answer with|reach for)|"
    r"never (?:say|use|rely)|what must not happen|it is wrong to|it does not help to)\b"
)


@dataclass(frozen=True)
class Match:
    """A match of a cue in a turn's lower-case text: where it stands, and what it names, if the cue names anything."""

    text: str
    start: int
    end: int
    named: str = ""

    @cached_property
    def _bounds(self) -> tuple[int, int]:
        begin = max(self.text.rfind(mark, 0, self.start) for mark in _ENDS) + 1
        if self.text[self.end - 1] in _ENDS:
            return begin, self.end
        ends = [place for mark in _ENDS if (place := self.text.find(mark, self.end)) >= 0]
        return begin, min(ends, default=len(self.text) - 1) + 1

    @property
    def sentence(self) -> str:
        """The sentence, with the mark that ends it."""
        return self.text[slice(*self._bounds)]

    @property
    def clause(self) -> str:
        """From the match's beginning to the end of its clause, or to its own end where that comes later."""
        rest = self.text[self.end : self._bounds[1]]
        return self.text[self.start : self.end] + _CLAUSE.split(rest)[0]

    @property
    def before(self) -> str:
        """The sentence up to the match."""
        return self.text[self._bounds[0] : self.start]

    @property
    def clause_before(self) -> str:
        """The clause up to the match."""
        return _CLAUSE.split(self.before)[-1]


def negated(match: Match) -> bool:
    """Whether a negation stands before the match in its clause."""
    return _NEGATION.search(match.clause_before) is not None


def _question(match: Match) -> bool:
    return match.sentence.rstrip(' "').endswith("?")


def _denied(match: Match) -> bool:
    return negated(match) or _NEGATION.search(match.text, match.start, match.end) is not None


def quoted(match: Match) -> bool:
    """Whether the match stands in quotation marks."""
    if match.text.count('"', 0, match.start + 1) % 2 == 1:
        return True
    begin, end = match._bounds
    return any(found.start() <= match.start and match.end <= found.end() for found in _SINGLE.finditer(match.text, begin, end))


GUARDS: Final[Mapping[str, Callable[[Match], bool]]] = {
    "negated": negated,
    "question": _question,
    "denied": _denied,
    "quoted": quoted,
    "reported": lambda match: _REPORTED.search(_SOURCE.sub("", match.before)) is not None,
    "told": lambda match: _TOLD.search(match.before) is not None,
    "wished": lambda match: _WISHED.search(match.before) is not None,
    "ruled_out": lambda match: _RULED_OUT.search(match.before.lstrip()) is not None,
    "conditional": lambda match: _CONDITIONAL.search(_SOURCE.sub("", match.before)) is not None,
    "graded": lambda match: _GRADED.search(match.sentence) is not None,
}
