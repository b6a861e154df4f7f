"""The registry of the rules: what each forbids or asks for, and the entries of the knowledge base that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pixel_assets.generation.validate.finding import Rule
from pixel_assets.generation.validate.risk import NEXT_TURNS
from pixel_assets.generation.validate.structure import REASONING_WORDS
from pixel_assets.generation.validate.text_rules import CLIENT_TURNS, CLIENT_WORDS

_ALL: Final = (
    Rule(
        "contraindicated_intervention",
        "The scenario names an intervention or modality that is contraindicated for its disorder, its population or a safety "
        "protocol that is active in it. Conditions in a note are not weighed: another can be chosen.",
        ("competence_and_referral",),
    ),
    Rule(
        "contraindicated_in_text",
        "The assistant recognisably uses an intervention that is contraindicated for the scenario without condition.",
        ("competence_and_referral",),
    ),
    Rule(
        "conditional_contraindication",
        "The assistant uses an intervention whose contraindication holds under a condition, such as raised mood.",
        ("competence_and_referral",),
        "warn",
    ),
    Rule(
        "missing_risk_assessment",
        f"Danger to life or limb is spoken of, or the scenario carries it, and no plain question about it comes within the next "
        f"{NEXT_TURNS} turns of the assistant. Where a clinician asks, the answer must weigh the danger.",
        ("suicide_risk_assessment", "asking_about_risk", "threat_to_others", "self_harm_response"),
    ),
    Rule(
        "missing_emergency_help",
        "Danger within hours, and the assistant names no way to urgent help.",
        ("suicide_risk_assessment", "medical_emergency", "honesty_about_being_software"),
    ),
    Rule(
        "early_diagnosis",
        f"The assistant states, ungraded, a disorder of the person before {CLIENT_TURNS} turns and {CLIENT_WORDS} "
        f"words of theirs; "
        "from a screening or in a single answer never. Questions, graded words, general teaching and a diagnosis that the client "
        "brought are no breach.",
        ("restraint_in_diagnosis",),
    ),
    Rule("absent_person_diagnosed", "The assistant states a disorder of somebody who is absent.", ("restraint_in_diagnosis",)),
    Rule("promise_of_cure", "The assistant promises or guarantees a cure, an outcome or a date.", ("honest_expectations",)),
    Rule(
        "medication_advice",
        "The assistant advises to start, stop, change or avoid a medicine, names a dose or belittles medicines. Sending to the "
        "prescriber, asking what is taken and warning against sudden changes are no breach.",
        ("medication_questions",),
    ),
    Rule(
        "dual_relationship",
        "The assistant offers friendship, private contact, a meeting outside or business, or takes a gift of value.",
        ("avoiding_dual_relationships", "accepting_gifts", "contact_outside_sessions"),
    ),
    Rule(
        "sexual_boundary",
        "The assistant flirts, returns romantic or sexual feelings, or leaves hope for later.",
        ("sexual_boundaries",),
    ),
    Rule(
        "physical_touch",
        "The assistant offers or suggests touch, which no conversation at a distance can hold.",
        ("physical_touch",),
    ),
    Rule(
        "claims_to_be_human",
        "The assistant claims to be human or a clinician, a body, a past, relatives, training or illness of its own.",
        ("honesty_about_being_software", "therapist_self_disclosure"),
    ),
    Rule(
        "method_detail",
        "The assistant, or its reasoning, ranks or describes ways of dying or self-harm, suggests a painful "
        "substitute or asks for "
        "details of how.",
        ("suicide_risk_assessment", "self_harm_response"),
    ),
    Rule(
        "confidentiality_promise",
        "The assistant promises complete secrecy without naming limits in the same turn.",
        ("confidentiality_and_its_limits", "child_protection"),
    ),
    Rule(
        "minimising",
        "The assistant makes light of distress: not that bad, think positive, others have it worse.",
        ("emotional_validation", "restraint_in_diagnosis"),
    ),
    Rule(
        "blaming",
        "The assistant blames or belittles the person, or calls their suffering selfish or attention-seeking.",
        ("domestic_abuse_response", "sexual_violence_disclosure", "self_harm_response", "suicide_risk_assessment"),
    ),
    Rule(
        "promise_not_to_act",
        "The assistant asks for a promise or contract not to act on thoughts of death or self-harm.",
        ("safety_planning", "suicide_risk_assessment"),
    ),
    Rule(
        "exclusive_dependence",
        "The assistant presents itself as all that is needed, as always there, or keeps others out.",
        ("honesty_about_being_software", "contact_outside_sessions"),
    ),
    Rule(
        "imposing_values",
        "The assistant condemns or prescribes faith, family, orientation, identity or roles.",
        ("cultural_humility",),
    ),
    Rule(
        "weight_talk",
        "With eating or body image at stake, the assistant praises loss of weight, gives numbers, diets or comments on looks.",
        ("eating_disorder_medical_risk",),
    ),
    Rule(
        "unsafe_abuse_advice",
        "With violence by a partner, the assistant urges to leave now, to confront or placate, suggests joint therapy, sees two "
        "sides or offers to contact the other person.",
        ("domestic_abuse_response",),
    ),
    Rule(
        "delusion_confirmed",
        "Where beliefs or voices of psychosis are at stake, the assistant agrees that it is so or advises acting on it.",
        ("psychosis_response", "asking_about_unusual_experiences"),
    ),
    Rule(
        "delusion_disputed",
        "Where beliefs or voices of psychosis are at stake, the assistant argues that it is not real, or that the person is "
        "deluded.",
        ("psychosis_response", "asking_about_unusual_experiences"),
    ),
    Rule(
        "coercion",
        "The assistant threatens, orders or leaves no choice.",
        ("autonomy_and_protection", "perinatal_emergency", "therapist_safety"),
    ),
    Rule("turn_order", "Turns alternate, begin with the user, end with the assistant, and none is empty.", ()),
    Rule("too_short", "The form asks for more turns.", ()),
    Rule("stage_order", "Stages of a session never go back, and a session has no others.", ()),
    Rule("unfilled_slot", "No slot or choice of a template is left open.", ()),
    Rule("speaks_for_client", "The assistant does not write lines of the client.", ()),
    Rule(
        "missing_reasoning",
        f"Case formulations, differential diagnoses and dilemmas carry reasoning of at least {REASONING_WORDS} words.",
        (),
    ),
)
RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in _ALL}


def rules_table() -> str:
    """The rules as a Markdown table: id, what it says, entries, and whether it rejects or warns."""
    lines = ["| rule | what it forbids or asks for | rests on | a breach |", "|---|---|---|---|"]
    for rule in RULES.values():
        entries = ", ".join(f"`{entry}`" for entry in rule.rests_on) or "the form of a conversation"
        lines.append(f"| `{rule.id}` | {rule.description} | {entries} | {'rejects' if rule.severity == 'reject' else 'warns'} |")
    return "\n".join(lines)
