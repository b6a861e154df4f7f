"""Repairing text: what is repaired, what is left alone, and that nothing is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.text import clean


@pytest.mark.parametrize(
    ("text", "repaired", "flags"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc", "html_removed"),
        ("<ul><li>x</li>\n<li>y</li></ul>z", "x\ny\n\nz", "html_removed"),
        ('see <a href="http://x.y/?a=1&amp;b=2">this</a> &#34;page&#34;', 'see this "page"', "html_removed"),
        ("one\ntwo <b>three</b>", "one\ntwo three", "html_removed"),
        ("<p>use `<br>` here</p>", "use `<br>` here", "html_removed"),
        ("<div>Hello <image> <name> <3</div>", "Hello <image> <name> <3", "html_removed"),
        ("<p><!--[if gte mso 9]><xml><o:X>1</o:X></xml><![endif]--><o:p></o:p>a</p>", "a", "html_removed"),
        ("R&amp;B &lt;3 &nbsp;x", "R&B <3  x", "entities_decoded spaces_normalized"),
        ("I donâ€™t", "I don\u2019t", "mojibake_fixed"),
        ("a\u00a0b\u202fc", "a b c", "spaces_normalized"),
        ("a\u200bb\ufeff\x00c\u00ad", "abc", "invisible_removed"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd", "line_ends_normalized"),
        ("half \ud83d pair", "half \ufffd pair", "surrogates_replaced"),
        ("I am {{name}} by {{ author }}", "I am {{name}} by {{ author }}", "placeholder"),
        ("  stripped\n", "stripped", ""),
    ],
)
def test_repairs_are_made_and_flagged(text: str, repaired: str, flags: str) -> None:
    assert clean(text) == (repaired, tuple(flags.split()))


@pytest.mark.parametrize(
    "text",
    [
        "I <3 you & them; 1 < 2 > 0",
        "<image>Who are they?",
        "use `<br>` and `&amp;`",
        "```html\n<p>x</p>\n```",
        "<html><body><p>a page</p></body></html>",
        "<think>so</think> yes",
        "List<int> of <b and c>",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 family",
        "caf\u00e9, na\u00efve, \u00c9cole, \u4f60\u597d",
        "tabs\tand\nlines",
        "{{ }} and {x}",
    ],
)
def test_text_that_is_meant_is_left_alone(text: str) -> None:
    assert clean(text) == (text, ())


@given(st.text())
def test_any_text_is_accepted_and_comes_out_as_valid_unicode(text: str) -> None:
    cleaned = clean(text)
    cleaned.text.encode("utf-8")
    assert cleaned.text == cleaned.text.strip()
    assert list(cleaned.flags) == sorted(set(cleaned.flags))
