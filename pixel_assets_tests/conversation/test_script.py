"""Role-play scripts: who is the assistant is told by the registry or a card, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.detect import detect
from pixel_assets.conversation.hints import Options

from .converting import assert_sound, converted, draft, rejection

S, U, A = "system", "user", "assistant"
SCRIPT = "Mara: *smiles* You came back.\nJonas: I promised.\nMara: You did.\n\nSit down."
TURNS = [(A, "*smiles* You came back."), (U, "I promised."), (A, "You did.\n\nSit down.")]


def test_named_speakers_without_roles_are_rejected_with_their_number() -> None:
    assert detect([{"text": SCRIPT}]).name == "script"
    result = rejection("script", {"text": SCRIPT})
    assert (result.reason, result.detail[:10]) == ("ambiguous_speakers", "2 speakers")


@pytest.mark.parametrize(
    "options",
    [
        Options(user_roles=("Jonas",), assistant_roles=("Mara",)),
        Options(assistant_roles=("Mara",)),
        Options(user_roles=("jonas",)),
    ],
)
def test_the_registry_says_who_plays_whom(options: Options) -> None:
    result = draft("script", {"text": SCRIPT}, options)
    assert result.turns == TURNS
    assert result.metadata == {"speakers": 2}


@pytest.mark.parametrize(
    ("card", "kept"),
    [
        ("{{char}} = Mara\n", "{{char}} = Mara"),
        ("{{char}} is Mara.\nA tavern at night.\n\n", "{{char}} is Mara.\nA tavern at night."),
        ("[Character: Mara; calm, patient]\n", "[Character: Mara; calm, patient]"),
        ('[Character("Mara") {calm}]\n', '[Character("Mara") {calm}]'),
        ("Mara's Persona: calm and patient.\n<START>\n", "Mara's Persona: calm and patient."),
    ],
)
def test_a_card_says_who_the_character_is_and_becomes_a_system_turn(card: str, kept: str) -> None:
    result = draft("script", {"text": card + SCRIPT})
    assert result.turns == [(S, kept), *TURNS]
    assert result.flags == ("role_inferred",)


def test_keys_of_the_record_may_name_the_character() -> None:
    assert draft("script", {"char_name": "Mara", "dialogue": SCRIPT}).turns == TURNS


def test_placeholders_are_roles() -> None:
    text = "{{char}}: Hello.\n{{user}}: Hi.\n{{char}}: Sit."
    assert draft("script", {"text": text}).turns == [(A, "Hello."), (U, "Hi."), (A, "Sit.")]


def test_bold_names_and_a_narrator() -> None:
    text = "**Narrator**: Rain.\n**Mara**: You came.\n**Jonas**: I did.\n**Mara**: Sit."
    options = Options(user_roles=("Jonas",), assistant_roles=("Mara",))
    assert rejection("script", {"text": text}, options).reason == "ambiguous_speakers"
    told = Options(user_roles=("Jonas",), assistant_roles=("Mara",), system_roles=("Narrator",))
    assert draft("script", {"text": text}, told).turns == [(S, "Rain."), (A, "You came."), (U, "I did."), (A, "Sit.")]


def test_the_other_of_two_is_the_assistant_where_one_is_called_user() -> None:
    result = draft("script", {"text": "User: Hello.\nMara: Hi.\nUser: Sit."})
    assert result.turns == [(U, "Hello."), (A, "Hi."), (U, "Sit.")]
    assert result.flags == ("role_inferred",)


@pytest.mark.parametrize(
    "text",
    [
        "Title: A night\nAuthor: Nobody\nDate: May",
        "Note: be kind.\nI said so.",
        "one\ntwo: three\nfour",
        "Mara: a\n" + "prose\n" * 20 + "Jonas: b\nMara: c",
    ],
)
def test_headings_and_prose_are_no_script(text: str) -> None:
    assert rejection("script", {"text": text}).reason == "no_roles"
    assert detect([{"text": text}]).name == "text_only"


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["Mara:", "Jonas:", "\n", "**", "{{char}}", " = ", "[Character: ", "<START>"]), st.text(max_size=4)
        )
    )
)
def test_any_text_gives_drafts_or_a_reason(parts: list[str]) -> None:
    text = "".join(parts)
    assert_sound(converted("script", {"text": text}), text)


@pytest.mark.parametrize("piece", [" ", "\n", "\t", "[", "Mara ", "\nMara:", "{{char}} = Mara ", "**", "a's Persona"])
def test_long_runs_come_to_an_end(piece: str) -> None:
    text = "Mara: a\nJonas: b\n" + piece * (200_000 // len(piece))
    assert_sound(converted("script", {"text": text}), text)
