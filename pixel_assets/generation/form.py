"""The forms of conversation that are generated."""

from __future__ import annotations

from typing import Final, Literal

Form = Literal[
    "therapy_session",  # a whole session of a modality, in stages
    "difficult_client",  # a session with a guarded, hostile, silent or intellectualising client
    "boundary_testing",  # a client asks for what a therapist must not give
    "safety_protocol",  # risk comes up, and is asked about and answered by protocol
    "assessment",  # an instrument is given, scored and talked about
    "case_formulation",  # reasoning from what is known of a client to a formulation
    "differential_diagnosis",  # reasoning between disorders that look alike
    "ethical_dilemma",  # a therapist asks what to do, and is answered by reasoning
    "edge_case",  # something that a safe reply must and must not answer in a certain way
    "psychoeducation",  # a question about a disorder, a therapy or oneself, and a plain answer
]
# Those that scenarios are made for; edge cases are written one by one
FORMS: Final[tuple[Form, ...]] = (
    "therapy_session", "difficult_client", "boundary_testing", "safety_protocol", "assessment",
    "case_formulation", "differential_diagnosis", "ethical_dilemma", "psychoeducation",
)  # fmt: skip
