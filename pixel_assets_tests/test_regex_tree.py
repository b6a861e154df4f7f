"""Trees of regular expressions; and whether Python's own parser, which has no public name, is still as it was."""

from __future__ import annotations

import re

import pytest

from pixel_assets.regex_tree import Anything, Border, Either, Group, Nothing, OneOf, Repeat, Tree, parse


def word(text: str) -> Tree:
    return tuple(OneOf(letter) for letter in text)


@pytest.mark.parametrize(
    ("regex", "tree"),
    [
        ("cat", word("cat")),
        ("[ct]at", (OneOf("ct"), *word("at"))),
        (r"\bcat\b", (Border(), *word("cat"), Border())),
        (r"^(?=c)(?!d)(?<=x)cat\B$", (Nothing(), Nothing(), Nothing(), Nothing(), *word("cat"), Nothing(), Nothing())),
        ("(?:cat|dog)s", (Either((word("cat"), word("dog"))), *word("s"))),
        ("(cat)(?P<tame>s)", (Group(word("cat")), Group(word("s")))),
        ("cats?", (*word("cat"), Repeat(0, 1, word("s")))),
        ("(?:cat){2,3}?", (Repeat(2, 3, word("cat")),)),
        (r"c[a-z].\w[^a]", (*word("c"), Anything(), Anything(), Anything(), Anything())),
        (r"(c)\1", (Group(word("c")), Anything())),
        (r"c++(?>d)", (Anything(), Anything())),
    ],
)
def test_the_tree_of_an_expression(regex: str, tree: Tree) -> None:
    assert parse(regex) == tree, "Python's parser of expressions has changed: adapt pixel_assets/regex_tree.py to it"


def test_a_repeat_without_a_bound_has_a_very_large_one() -> None:
    (repeat,) = parse("(?:ab)+")
    assert isinstance(repeat, Repeat)
    assert repeat.least == 1
    assert repeat.most > 1_000_000


def test_flags_are_those_of_the_compiled_expression() -> None:
    compiled = re.compile("a b  # twice", re.VERBOSE)
    assert parse(compiled.pattern, compiled.flags) == word("ab")


def test_what_is_no_expression_is_an_error() -> None:
    with pytest.raises(re.error):
        parse("(cat")
