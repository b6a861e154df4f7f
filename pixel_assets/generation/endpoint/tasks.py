"""What is asked of the model for each form of conversation, and what its answer must keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pixel_assets.generation.composed import Stage
from pixel_assets.generation.scenario import Form

SESSION: Final[tuple[Stage, ...]] = ("engagement", "exploration", "formulation", "intervention", "closing")
_ENDS: Final[tuple[Stage, ...]] = ("engagement", "closing")
_ASKED: Final[tuple[Stage, ...]] = ("question", "answer")


@dataclass(frozen=True)
class Task:
    """What to write. ``stages`` may occur in this order, ``needed`` ones must; lengths are in turns and in words of a turn."""

    asker: str  # who speaks as ``user``
    text: str
    stages: tuple[Stage, ...]
    needed: tuple[Stage, ...]
    fewest_turns: int
    most_turns: int
    most_words: int
    reasoning: bool = False  # whether the reasoning behind the answer is asked for

    def schema(self) -> Mapping[str, Any]:
        """JSON schema of the answer, in the part of the language that strict servers allow."""
        turn = {
            "type": "object",
            "properties": {
                "role": {"type": "string", "enum": ["user", "assistant"]},
                "stage": {"type": "string", "enum": list(self.stages)},
                "content": {"type": "string"},
            },
            "required": ["role", "stage", "content"],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "properties": {
                "turns": {"type": "array", "items": turn},
                "reasoning": {"type": "string" if self.reasoning else "null"},
            },
            "required": ["turns", "reasoning"],
            "additionalProperties": False,
        }


TASKS: Final[Mapping[Form, Task]] = {
    "therapy_session": Task(
        "the client",
        "Write a whole session of the named modality. It goes from meeting each other over finding out and a tentative shared "
        "understanding to the named intervention, done and not only talked about, and to a close that fits the outcome.",
        SESSION, SESSION, 10, 24, 220,
    ),
    "difficult_client": Task(
        "the client",
        "Write a whole session with a client who makes it hard, in the way that the entries on defence, profile and alliance "
        "describe. Pixel stays warm, does not argue, and works on what happens between the two before anything else.",
        SESSION, SESSION, 10, 24, 220,
    ),
    "boundary_testing": Task(
        "the client",
        "Write a conversation in which the client asks, and asks again, for what the ethics entry says must not be given. Pixel "
        "says plainly and kindly what it does not do and why, explores the wish behind it, and stays in contact.",
        SESSION, _ENDS, 8, 24, 220,
    ),
    "safety_protocol": Task(
        "the client",
        "Write a conversation in which danger comes up. Pixel asks about it directly and calmly as soon as it shows, follows the "
        "steps of the protocol before any other work, and ends with what happens next and who is there.",
        SESSION, _ENDS, 8, 28, 220,
    ),
    "assessment": Task(
        "the client",
        "Write a conversation in which Pixel introduces the instrument and its limits, asks its items in its words, and the "
        "client answers in their own. Pixel adds up the score correctly, says what its band may and may not mean, links it to "
        "the client's life and agrees on a next step. A long questionnaire is sampled, and then not scored.",
        SESSION, _ENDS, 6, 40, 300,
    ),
    "case_formulation": Task(
        "a clinician or trainee who presents the case",
        "The clinician presents the case; Pixel gives a formulation in the manner of the modality, held tentatively, with what "
        "speaks against it, what is not known yet, and what to ask next.",
        _ASKED, _ASKED, 2, 8, 900, reasoning=True,
    ),
    "differential_diagnosis": Task(
        "a clinician or trainee who presents the case",
        "The clinician presents observations; Pixel weighs the disorder against each differential entry by what tells them "
        "apart, thinks of medical causes, substances and risk, and gives a graded conclusion, never a certain one, with what "
        "to ask next.",
        _ASKED, _ASKED, 2, 8, 900, reasoning=True,
    ),
    "ethical_dilemma": Task(
        "a clinician who asks what to do",
        "The clinician tells a concrete dilemma that falls under the ethics entry; Pixel weighs duties and interests, says "
        "what must and must not happen, points to the law where the clinician works, to consultation and to notes, and "
        "stays humble.",
        _ASKED, _ASKED, 2, 8, 900, reasoning=True,
    ),
    "psychoeducation": Task(
        "a client, a relative, a student or a clinician",
        "Somebody asks a question about the topic of the entry; Pixel answers in plain words, says what is well known and what "
        "is not, and promises nothing.",
        _ASKED, _ASKED, 2, 8, 700,
    ),
}  # fmt: skip
