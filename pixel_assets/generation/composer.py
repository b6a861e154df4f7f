"""The composer: the backend that needs no model. Every form has a function that speaks it by grammar, offline and seeded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.composed import Composed, Known, Refused
from pixel_assets.generation.forms.assessment import assessment
from pixel_assets.generation.forms.boundary_testing import boundary_testing
from pixel_assets.generation.forms.case_formulation import case_formulation
from pixel_assets.generation.forms.differential_diagnosis import differential_diagnosis
from pixel_assets.generation.forms.difficult_client import difficult_client
from pixel_assets.generation.forms.ethical_dilemma import ethical_dilemma
from pixel_assets.generation.forms.psychoeducation import psychoeducation
from pixel_assets.generation.forms.safety_protocol import safety_protocol
from pixel_assets.generation.forms.session import therapy_session
from pixel_assets.generation.scenario import Form, Scenario

SPOKEN: Final[Mapping[Form, Callable[[Scenario, Known], Composed]]] = {
    "therapy_session": therapy_session,
    "difficult_client": difficult_client,
    "boundary_testing": boundary_testing,
    "safety_protocol": safety_protocol,
    "assessment": assessment,
    "case_formulation": case_formulation,
    "differential_diagnosis": differential_diagnosis,
    "ethical_dilemma": ethical_dilemma,
    "psychoeducation": psychoeducation,
}


@dataclass(frozen=True)
class Composer:
    """Speaks a scenario by grammar; equal scenarios and entries give equal conversations on any machine."""

    name: str = "composer"
    version: str = "grammar"  # its code and grammar files are part of the fingerprint of what it makes

    def compose(self, scenario: Scenario, known: Known) -> Composed | Refused:
        """The conversation of a scenario; ``known`` has the entries that it names."""
        return SPOKEN[scenario.form](scenario, known)
