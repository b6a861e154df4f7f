"""What stands in place of identifiers: consistent, fitting, reserved, and decided by nothing that was replaced."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.safety.identifiers import gazetteers
from pixel_assets.safety.identifiers.people import cast_of, origins_of_names
from pixel_assets.safety.identifiers.replacing import replace_in
from pixel_assets.safety.identifiers.reserved import is_surrogate, lists
from pixel_assets.safety.identifiers.spans import TYPES, Span, Type
from pixel_assets.safety.identifiers.surrogates import Mention, surrogates

KEY = b"a key"


def _names(*said: str) -> list[Mention]:
    return [Mention(each, "name") for each in said]


def _replaced(text: str, *said: tuple[str, Type], style: str = "realistic", seed: int = 0) -> str:
    spans, start = [], 0
    for what, kind in said:
        start = text.index(what, start)
        spans.append(Span(0, start, start + len(what), kind, "rule", 0.9))
        start += len(what)
    return replace_in([text], [spans], style, seed)[0].text  # type: ignore[arg-type]


def test_typed_surrogates_say_what_stood_there() -> None:
    mentions = [Mention("Sarah", "name"), Mention("555-0100", "phone"), Mention("12 Rose St", "address")]
    assert surrogates(mentions, "typed", KEY) == ["[name]", "[phone number]", "[address]"]


def test_tagged_surrogates_number_persons_not_mentions() -> None:
    said = ["Sarah", "Tom Miller", "sarah miller", "Miller", "SARAH", "Omar"]
    assert surrogates(_names(*said), "tagged", KEY) == [
        "[NAME_1]", "[NAME_2]", "[NAME_1]", "[NAME_2]", "[NAME_1]", "[NAME_3]",
    ]  # fmt: skip


def test_tags_that_a_text_has_already_are_not_given_again() -> None:
    assert surrogates(_names("Sarah"), "tagged", KEY, "dear [NAME_4]") == ["[NAME_5]"]


def test_parts_of_a_name_have_the_same_surrogate_everywhere() -> None:
    full, given_name, surname, brother = surrogates(_names("Sarah Miller", "Sarah", "Miller", "Tom Miller"), "realistic", KEY)
    assert full == f"{given_name} {surname}"
    assert brother.split()[1] == surname
    assert brother.split()[0] != given_name


def test_the_same_number_written_otherwise_has_the_same_surrogate() -> None:
    mentions = [Mention("(202) 555-0143", "phone"), Mention("202 555 0143", "phone"), Mention("202 555 0144", "phone")]
    first, again, other = surrogates(mentions, "realistic", KEY)
    assert first == again != other


def test_case_is_kept() -> None:
    plain, small, large = surrogates(_names("Sarah", "sarah", "SARAH"), "realistic", KEY)
    assert (small, large) == (plain.lower(), plain.upper())


def test_gender_follows_the_title_then_the_name() -> None:
    of = lists().given["english"]
    woman, man = surrogates([Mention("Sarah", "name"), Mention("Tom", "name")], "realistic", KEY)
    assert woman in of["female"]
    assert man in of["male"]
    assert cast_of([("Okafor", "I saw Mrs. ")]).persons[0].gender == "female"


def test_names_of_other_languages_have_surrogates_in_their_manner() -> None:
    assert origins_of_names()["agnieszka"] == ("slavic", "female")
    assert surrogates(_names("Agnieszka"), "realistic", KEY)[0] in lists().given["slavic"]["female"]


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("I met a Sarah once", ("Sarah", "name"), "I met a [name] once"),
        ("I met an Anna once", ("Anna", "name"), "I met a [name] once"),
        ("An Anna called", ("Anna", "name"), "A [name] called"),
        ("a Lindenwick Ltd man", ("Lindenwick Ltd", "employer"), "an [employer] man"),
        ("from a 10.1.2.3 host", ("10.1.2.3", "ip_address"), "from an [IP address] host"),
        ("as a Sarah's friend", ("Sarah", "name"), "as a [name]'s friend"),
        ("the Millers came", ("Miller", "name"), "the [name]s came"),
    ],
)
def test_articles_possessives_and_plurals_still_fit(text: str, said: tuple[str, Type], expected: str) -> None:
    assert _replaced(text, said, style="typed") == expected


def test_a_date_of_birth_becomes_a_year_nearby() -> None:
    text = _replaced("I was born on 12 March 1984.", ("12 March 1984", "date_of_birth"))
    year = int(text.removeprefix("I was born in ").removesuffix("."))
    assert 1 <= abs(year - 1984) <= 3
    assert _replaced("DOB: 12/03/1984", ("12/03/1984", "date_of_birth")).startswith("DOB: 198")
    assert _replaced("born on 12 March", ("12 March", "date_of_birth")) in {
        f"born in {season}" for season in ("spring", "summer", "autumn", "winter")
    }


def test_dates_of_one_conversation_are_moved_by_the_same_years() -> None:
    first, second = surrogates([Mention("1 May 1990", "date"), Mention("2 June 1994", "date")], "realistic", KEY)
    assert int(second) - int(first) == 4


def test_great_ages_become_over_89() -> None:
    assert _replaced("I am 93 years old", ("93", "age")) == "I am over 89 years old"
    assert _replaced("a 97-year-old man", ("97-year-old", "age")) == "an over-89-year-old man"


def test_usernames_keep_their_sign() -> None:
    one, two = surrogates([Mention("@larkbird", "username"), Mention("u/stonefly", "username")], "realistic", KEY)
    assert one.startswith("@")
    assert two.startswith("u/")


def test_two_texts_that_differ_in_the_identifier_alone_become_one_text() -> None:
    one = _replaced("I am Sarah, call 202-555-0143", ("Sarah", "name"), ("202-555-0143", "phone"))
    other = _replaced("I am Maria, call 303-555-0199", ("Maria", "name"), ("303-555-0199", "phone"))
    assert one.split(",")[1] == other.split(",")[1]
    assert _replaced("I am Sarah", ("Sarah", "name")) == _replaced("I am Laura", ("Laura", "name"))


def test_the_seed_and_the_rest_of_the_text_decide() -> None:
    texts = {_replaced("I am Sarah", ("Sarah", "name"), seed=seed) for seed in range(8)}
    assert len(texts) > 1


@given(st.lists(st.sampled_from(TYPES), min_size=1, max_size=8), st.binary(min_size=1, max_size=8))
def test_every_surrogate_is_seen_to_be_one_and_is_not_what_stood_there(kinds: list[Type], key: bytes) -> None:
    said = {"age": "93", "date": "12 March 1984", "date_of_birth": "1984-03-12"}
    mentions = [Mention(said.get(kind, f"Quill{number} 77{number}"), kind) for number, kind in enumerate(kinds)]
    for style in ("typed", "tagged", "realistic"):
        for mention, new in zip(mentions, surrogates(mentions, style, key), strict=True):
            assert is_surrogate(new)
            assert new.lower() != mention.text.lower()


def test_a_surrogate_is_no_identifier_of_the_conversation() -> None:
    female = lists().given["english"]["female"]
    said = [name for name in female if name != female[5]]
    new = surrogates([Mention(name, "name") for name in said], "realistic", KEY)
    assert not {each.lower() for each in new} & {each.lower() for each in said}


def test_different_people_have_different_surrogates_up_to_the_length_of_the_lists() -> None:
    said = [name.title() for name, (group, gender) in origins_of_names().items() if group == "english" and gender == "female"][
        :120
    ]
    new = surrogates(_names(*said), "realistic", KEY)
    assert len(set(new)) == len(said)


def test_no_name_among_the_surrogates_is_a_real_one() -> None:
    real = {word for name in gazetteers.LISTS for word in gazetteers.read(name)}
    of = lists()
    invented = {name for group in of.given.values() for names in group.values() for name in names}
    invented |= {name for names in of.surnames.values() for name in names} | set(of.towns)
    assert {name for name in invented if name.lower() in real} == set()
    assert all(name.isalpha() or " " in name for name in invented)


def test_no_surrogate_is_listed_twice() -> None:
    of = lists()
    names = [name for group in of.given.values() for listed in group.values() for name in listed]
    names += [name for listed in of.surnames.values() for name in listed]
    assert len(names) == len({name.lower() for name in names})


@pytest.mark.parametrize("text", ["Sarah", "12 Rose Street", "202-555-0143", "sarah@mail.test", "1984-03-12", "", "-"])
def test_what_is_real_is_no_surrogate(text: str) -> None:
    assert not is_surrogate(text)


def test_the_list_of_origins_is_what_the_command_writes() -> None:
    from pixel_assets.safety.identifiers import people

    lines = gzip.decompress(Path(people.ORIGINS).read_bytes()).decode().splitlines()
    assert lines == sorted(lines)
    assert all(len(line.split("\t")) == 3 for line in lines)
