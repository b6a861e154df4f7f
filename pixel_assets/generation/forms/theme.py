"""What a client of a scenario has in mind: a moment, a thought, a feeling and what is done about it, drawn once a conversation.

Every value is there twice: as the client says it (``thought``) and as the therapist says it back (``your_thought``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.forms.people import people_values, unfitting
from pixel_assets.generation.forms.said import second_person, speaks_of_speaker, speaks_to_listener
from pixel_assets.generation.grammar import Speaker, tidy
from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import DisorderEntry, ProfileEntry

_TWICE: Final = ("thought", "body", "coping", "cost")
_ONCE: Final = ("feeling", "onset", "step", "exception")
_SAID: Final = ("culture", "history", "goal", "presenting")
_DRAWS: Final = 8
_AREAS: Final = ("work", "family", "friends", "home", "city", "night", "money")
_SCHOLAR: Final = re.compile(r"\b(?:student|pupil|school|apprentice|trainee|doctoral)\b", re.IGNORECASE)
_NO_WORK: Final = re.compile(r"\b(?:retired|unemployed|between jobs|out of work|pensioner|redundant)\b", re.IGNORECASE)
_SENTENCES: Final = re.compile(r"(?<=[.!?]) +")
_ARTICLE: Final = re.compile(r"^(?:a|an|the) ")
_RELATIVES: Final = re.compile(r"\b(?:wife|husband|partner)\b", re.IGNORECASE)
# Words of a formulation that speak about a client to colleagues, and so are not said to a client
_FOR_COLLEAGUES: Final = re.compile(
    r"\b(?:client|therap\w+|patient|the person|person's|self-harm|suicid\w+|abuse)\b", re.IGNORECASE
)


def theme_of(speaker: Speaker, scenario: Scenario) -> str:
    """The theme that a scenario's disorder stands for, such as ``panic``; ``theme.other`` where it has none of its own."""
    symbol = f"theme.{scenario.disorder}"
    return speaker.pick(speaker.grammar.get(symbol, speaker.grammar["theme.other"]), "theme")


def client_values(speaker: Speaker, scenario: Scenario, known: Known) -> dict[str, str]:
    """Values for the grammar's slots; draws from the speaker, so it is called once a conversation, before anything is said."""
    theme = theme_of(speaker, scenario)
    values = {"age": str(scenario.age), "occupation": scenario.occupation, "household": scenario.household}
    wrong = unfitting(scenario)
    for name in (*_TWICE, *_ONCE):
        values[name] = _fitting(speaker, f"{{{name}.{theme}}}", wrong)
    for name in _TWICE:
        values[f"{name}_b"] = _fitting(speaker, f"{{{name}.{theme}}}", wrong)
    values["step_b"] = values["step"]
    area = _area(speaker, scenario, theme)
    values["where"], values["where_b"] = (speaker.expand(f"{{place.{area}}}") for _ in range(2))
    values["day"] = speaker.expand("{day.night}" if area == "night" else "{day}")
    values["feeling_plain"] = _plain(values["feeling"])
    values["feeling_word"] = _ARTICLE.sub("", values["feeling_plain"])
    values |= {name: _sentence(text) for name in _SAID if (text := getattr(scenario, name))}
    values["known_idea"] = _idea(speaker, scenario, known)
    values |= people_values(speaker, scenario)
    return values | _said_back(values)


def _fitting(speaker: Speaker, phrase: str, wrong: re.Pattern[str]) -> str:
    for _ in range(_DRAWS):
        text = speaker.expand(phrase)
        if not wrong.search(text):
            break
    return text


def _area(speaker: Speaker, scenario: Scenario, theme: str) -> str:
    """Where in life a moment is set, among the areas in which a theme shows."""
    areas = [
        area
        for area in speaker.grammar.get(f"area.{theme}", _AREAS)
        if area != "work" or not _NO_WORK.search(scenario.occupation)
    ]
    if "work" in areas and (_SCHOLAR.search(scenario.occupation) or scenario.age < 18):
        areas = ["study", "study", *(area for area in areas if area not in ("work", "money"))]
    return speaker.pick(areas, "area")


def _plain(feeling: str) -> str:
    plain = feeling.partition(",")[0]
    return "numbness" if plain.startswith("nothing") else plain


def _sentence(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def _said_back(values: Mapping[str, str]) -> dict[str, str]:
    names = (*_TWICE, "cost_b", "coping_b", "thought_b", "onset", "step", "exception", "where", "goal", "presenting", "household")
    back = {f"your_{name}": _within(second_person(values[name])) for name in names}
    about = [sentence for sentence in _SENTENCES.split(values["presenting"]) if speaks_of_speaker(sentence)]
    back["your_presenting"] = second_person(" ".join(about))
    quoted = tidy(values["thought"])
    return back | {"thought_quoted": quoted[:1].upper() + quoted[1:]}


def _within(text: str) -> str:
    """The text as part of a sentence, which it no longer is when its "I" has become "You"."""
    return text[:1].lower() + text[1:] if text.startswith(("You ", "You'", "Your ")) else text


def profile_line(speaker: Speaker, scenario: Scenario, known: Known) -> str:
    """Something that a client of the scenario's profile may say; empty where there is none, or it names relatives."""
    entries = [entry for name in scenario.of("profile") if isinstance(entry := known[name], ProfileEntry)]
    lines = [line for entry in entries for line in entry.details.language if not _RELATIVES.search(line)]
    return speaker.pick(lines, "profile") if lines else ""


def can_be_said_back(text: str) -> bool:
    """Whether a text of a client can be turned into the therapist's words without sounding odd."""
    return (
        speaks_of_speaker(text)
        and not speaks_to_listener(text)
        and "?" not in text
        and "me I" not in text
        and len(text.split()) <= 30
    )


def _idea(speaker: Speaker, scenario: Scenario, known: Known) -> str:
    entry = known[scenario.disorder] if scenario.disorder else None
    ideas = entry.details.formulation if isinstance(entry, DisorderEntry) else ()
    sayable = [idea for idea in ideas if not _FOR_COLLEAGUES.search(idea)] or speaker.grammar["idea"]
    return speaker.expand(speaker.pick(sayable, "idea")).rstrip(".")
