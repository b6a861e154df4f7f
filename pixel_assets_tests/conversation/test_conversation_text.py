"""Repairing text: what is repaired, what is left alone, and that nothing is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.text import INVISIBLE, LINE_END, ODD_SPACE, clean


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
        ("&amp;#34;so&amp;amp;#34; &frac12; &copyright;", '"so" \u00bd &copyright;', "entities_decoded"),
        ("&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;", "a\n\nb", "entities_decoded html_removed"),
        ("<p>use <code>&lt;br&gt;</code></p>", "use `<br>`", "html_removed"),
        ("<p>so:</p><pre><code>if a &lt; b:\n    c</code></pre>", "so:\n\n```\nif a < b:\n    c\n```", "html_removed"),
        ("it\x92s \x93so\x94\x85", "it\u2019s \u201cso\u201d\u2026", "windows_1252_fixed"),
        ("h\x00e\x00l\x00l\x00o\x00\x19\x20", "hello\u2019", "utf16_fixed"),
        ("\xff\xfeh\x00i\x00", "hi", "utf16_fixed"),
        ("it\\xe2\\x80\\x99s \\xe2\\x80 and `\\xc3\\xa9`", "it\u2019s \\xe2\\x80 and `\\xc3\\xa9`", "byte_escapes_decoded"),
        ("cafe\u0301", "caf\u00e9", "composed"),
        ("\u202eleft\u2066 a\u061c", "left a", "invisible_removed"),
        ("a\U000e0068\U000e0069b", "ab", "invisible_removed"),
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
        "write &lt;b&gt; for bold",
        "C:\\xampp and \\d+ and {x}",
        "\ufb01ne x\u00b2 \u2460 \uff21",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "List<int> of <b and c>",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 family",
        "caf\u00e9, na\u00efve, \u00c9cole, \u4f60\u597d",
        "tabs\tand\nlines",
        "{{ }} and {x}",
    ],
)
def test_text_that_is_meant_is_left_alone(text: str) -> None:
    assert clean(text) == (text, ())


PIECES = [
    "<p>", "</p>", "<br>", "<b>", "</b>", "<div class='x'>", "</div>", "<code>", "</code>", "<pre>", "</pre>",
    "<td>", "<li>", "<script>", "&lt;", "&gt;", "&amp;", "&nbsp;", "&#39;", "&amp;#34;", "&#x60;", "&copy;",
    "amp;", "lt;", "p>", "<", "&", "`", "```", "\n", "\r\n", "\\xe2\\x80\\x99", "\\xe2", "\x92", "\x85", "\xa0",
    "\u200d", "\u200c", "e\u0301", "\ufeff", "\u00e2\u20ac\u2122", "\u00c3\u00a9", "\x00", "<!--[if", "-->",
    "<style>", "</style>", "<o:p>", "{{x}}", " ", "word", "\u00e9", "\U0001f469", "\U0001f3f4\U000e0067",
    "\U000e0067",
]  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@given(TEXTS)
def test_any_text_is_accepted_and_comes_out_as_valid_unicode(text: str) -> None:
    cleaned = clean(text)
    cleaned.text.encode("utf-8")
    assert cleaned.text == cleaned.text.strip()
    assert list(cleaned.flags) == sorted(set(cleaned.flags))


@given(TEXTS)
def test_a_cleaned_text_is_clean(text: str) -> None:
    cleaned = clean(text)
    again = clean(cleaned.text)
    assert again.text == cleaned.text
    assert set(again.flags) <= {"placeholder"}


@given(TEXTS)
def test_nothing_that_is_removed_is_left(text: str) -> None:
    cleaned = clean(text).text
    assert not INVISIBLE.search(cleaned)
    assert not ODD_SPACE.search(cleaned)
    assert not LINE_END.search(cleaned)


@given(TEXTS)
def test_a_text_that_is_changed_by_more_than_its_margins_says_how(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.text == text.strip() or set(cleaned.flags) - {"placeholder"}


CODE = st.text(st.characters(codec="ascii", exclude_characters="`\r\n", exclude_categories=["Cc"]), min_size=1)


@given(TEXTS.filter(lambda text: "`" not in text and "&" not in text), CODE)
def test_code_in_backticks_survives_whatever_stands_before_it(text: str, code: str) -> None:
    shown = f"`<br>&amp;{code}`"
    assert clean(f"{text}\n{shown}").text.endswith(shown)


@given(TEXTS.filter(lambda text: "`" not in text and "&" not in text), st.lists(CODE, min_size=1))
def test_fenced_code_survives_whatever_stands_before_it(text: str, lines: list[str]) -> None:
    shown = "\n".join(["```html", "<p>&lt;</p>", *lines, "```"])
    assert clean(f"{text}\n{shown}").text.endswith(shown)


@pytest.mark.parametrize(
    "piece",
    ["<!--[if", "<pre>", "<code>", "<style>", "&amp;", "&", "<p ", "<p a=a ", " ", "<td>x", "`", "\\xe2", "\x00", "\u200d"],
)
def test_long_runs_come_to_an_end(piece: str) -> None:
    text = "<p>a</p>" + piece * (200_000 // len(piece))
    assert clean(text).text == clean(clean(text).text).text
