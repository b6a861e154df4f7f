"""XML as JSON: what becomes of elements, which files are lists, and what is refused."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.sources.readers import xml_records

from .reading import rows_of, values_of

WORD = re.compile(r"\w+")


def one(folder: Path, text: str) -> Any:
    (value,) = values_of(folder, "x.xml", text)
    return value


def test_attributes_text_and_children_become_keys(tmp_path: Path) -> None:
    text = '<doc id="1">\n <focus>Sleep</focus>\n <pair n="1"><q kind="what">What?</q><a>It is.</a></pair><none/>\n</doc>'
    assert one(tmp_path, text) == {
        "@id": "1",
        "focus": "Sleep",
        "pair": {"@n": "1", "q": {"@kind": "what", "#text": "What?"}, "a": "It is."},
        "none": "",
    }


def test_repeated_children_become_a_list(tmp_path: Path) -> None:
    assert one(tmp_path, "<d><t>x</t><p>1</p><p/><p a='2'/></d>") == {"t": "x", "p": ["1", "", {"@a": "2"}]}


def test_mixed_content_keeps_its_words_in_order_and_apart(tmp_path: Path) -> None:
    text = "<d><p>Water is H<sub>2</sub>O, <b>not</b><i>ever</i> dry:<list><item>one</item><item>two</item></list>end</p></d>"
    assert one(tmp_path, text)["p"].split() == ["Water", "is", "H2O,", "not", "ever", "dry:", "one", "two", "end"]


def test_layout_is_taken_off_and_empty_lines_stay(tmp_path: Path) -> None:
    text = "<d><p>\n    One line,\n\t the next.\n \n\n\n  A  new  one.\n </p><q/></d>"
    assert one(tmp_path, text)["p"] == "One line,\nthe next.\n\nA  new  one."


def test_entities_cdata_and_comments(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY who "the client">]>'
        "<d><p>&who; said: a &lt; b &amp;&#32;c&nbsp;d<!-- not this --><![CDATA[ <e>]]></p><q/></d>"
    )
    assert one(tmp_path, text)["p"] == "the client said: a < b & c\u00a0d <e>"


def test_prefixes_stay_as_written(tmp_path: Path) -> None:
    assert one(tmp_path, '<d xmlns:m="urn:m"><m:t>x</m:t><u/></d>') == {"@xmlns:m": "urn:m", "m:t": "x", "u": ""}


def test_a_root_of_equal_children_is_a_list_of_records(tmp_path: Path) -> None:
    assert values_of(tmp_path, "x.xml", "<all><r id='1'>a</r> <r>b</r><r><x>c</x></r></all>") == [
        {"@id": "1", "#text": "a"},
        {"r": "b"},
        {"x": "c"},
    ]


def test_other_roots_are_one_record(tmp_path: Path) -> None:
    for text in ("<d><r>a</r></d>", "<d><r>a</r><s>b</s><r>c</r></d>", "<d>say <r>a</r><r>b</r></d>", "<d>only text</d>"):
        assert len(values_of(tmp_path, "x.xml", text)) == 1
    assert one(tmp_path, "<d>only text</d>") == {"d": "only text"}


def test_a_long_list_is_read_in_pieces_whatever_stands_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "BLOCK_CHARS", 1000)
    monkeypatch.setattr(xml_records, "MAX_CHARS", 20_000)  # less than the file, more than what is held at once
    monkeypatch.setattr(xml_records, "LIST_CHILDREN", 100)
    entries = "".join(f"<e n='{n}'><t>{'x' * 50}</t></e>" for n in range(2000))
    values = values_of(tmp_path, "x.xml", f"<all><head>h</head>{entries}</all>")
    assert values[0] == {"head": "h"}
    assert [value["@n"] for value in values[1:]] == [str(n) for n in range(2000)]


def test_a_broken_list_gives_the_elements_before_the_break(tmp_path: Path) -> None:
    values = values_of(tmp_path, "x.xml", "<all><r><t>1</t></r><r><t>2</t></r><r><t>3</all>")
    assert values == [{"t": "1"}, {"t": "2"}, "unreadable_file: not valid XML at line 1, column 45"]


@pytest.mark.parametrize("text", ["<d><a>x</a>", "<d>", "<?xml version='1.0'?>", "<d>&undeclared;</d", "<d/><e/>"])
def test_a_broken_document_is_a_problem(tmp_path: Path, text: str) -> None:
    problem = values_of(tmp_path, "x.xml", text)[-1]
    assert problem.startswith("unreadable_file: not valid XML at line 1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "iso-8859-2", "koi8-r", "shift_jis"])
def test_the_declared_encoding_is_believed(tmp_path: Path, encoding: str) -> None:
    word = {"koi8-r": "\u0434\u043e\u043c", "shift_jis": "\u5fc3", "iso-8859-2": "\u017eena"}.get(encoding, "caf\u00e9")
    text = f'<?xml version="1.0" encoding="{encoding}"?><d><a>{word}</a><b/></d>'
    assert values_of(tmp_path, "x", text.encode(encoding)) == [{"a": word, "b": ""}]


def test_a_declaration_that_is_wrong_is_not_believed(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?><d>' + "<a>it\u2019s so and not otherwise</a><b/>" * 30 + "</d>"
    (value,) = values_of(tmp_path, "x.xml", text.encode("cp1252"))
    assert value["a"][0] == "it\u2019s so and not otherwise"


def test_a_damaged_byte_spoils_its_record_only(tmp_path: Path) -> None:
    good = "<r>caf\u00e9 \u2013 \u2019</r>".encode()
    values = values_of(tmp_path, "x.xml", b"<all>" + good + b"<r>\xff</r>" + good + b"</all>")
    assert values[1] == "invalid_encoding: the record is not valid UTF-8"
    assert values[0] == values[2] == {"r": "caf\u00e9 \u2013 \u2019"}


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    declared = '<!ENTITY e0 "' + "ha" * 50 + '">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20}">' for n in range(1, 10))
    assert values_of(tmp_path, "x.xml", f"<!DOCTYPE d [{declared}]><d>&e9;</d>")[0].startswith("unreadable_file: not valid XML")


@pytest.mark.parametrize("reference", ["&secret;", "no reference"])
def test_entities_outside_of_the_file_are_refused(tmp_path: Path, reference: str) -> None:
    (tmp_path / "secret").write_text("hidden")
    text = f'<!DOCTYPE d [<!ENTITY secret SYSTEM "{(tmp_path / "secret").as_uri()}">]><d>{reference}</d>'
    assert values_of(tmp_path, "x.xml", text) == ["unreadable_file: an entity outside of the file, which is not fetched"]


def test_a_document_type_is_no_reason_to_fetch_anything(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://example.org/strict.dtd">'
    text = f"{doctype}<html><head/><body><p>a&nbsp;b&eacute;</p></body></html>"
    assert values_of(tmp_path, "x.xhtml", text) == [{"head": "", "body": {"p": "a\u00a0b\u00e9"}}]


def test_what_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    text = "<d>" * 100_000
    assert values_of(tmp_path, "x.xml", text) == ["unreadable_file: XML that is nested more than 100 deep"]


def test_what_is_nested_as_deep_as_may_be_is_read(tmp_path: Path) -> None:
    text = "<r><a/>" + "<d>" * 98 + "<e>x</e><e>y</e>" + "</d><d/>" * 97 + "</d></r>"
    assert texts_in(one(tmp_path, text)).split() == ["x", "y"]


def test_text_between_the_elements_of_a_long_list_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "LIST_CHILDREN", 10)
    for size in (1, 7, 50, 10_000):
        monkeypatch.setattr(xml_records, "BLOCK_CHARS", size)
        text = "<all>" + "".join(f"before {n} <e>in {n}</e>" for n in range(40)) + " after</all>"
        values = values_of(tmp_path, "x.xml", text)
        words = " ".join(f"before {n} in {n}" for n in range(40)) + " after"
        assert " ".join(map(texts_in, values)).split() == words.split()


def test_text_that_begins_with_a_bracket_is_no_xml(tmp_path: Path) -> None:
    for name in ("x.txt", "x.html"):
        assert values_of(tmp_path, name, "<s>[INST] Hello [/INST]</s>") == [{"text": "<s>[INST] Hello [/INST]</s>"}]


NAMES = st.sampled_from(["p", "b", "list", "item"])
TEXTS = st.text(st.characters(categories=["L", "N", "Z", "P"], exclude_characters="\x85\u2028\u2029"), max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> ET.Element:
    element = ET.Element(draw(NAMES))
    element.text = draw(TEXTS)
    for _ in range(draw(st.integers(0, 3)) if depth else 0):
        child = draw(elements(depth - 1))
        child.tail = draw(TEXTS)
        element.append(child)
    return element


def texts_in(value: Any) -> str:
    if isinstance(value, str):
        return value
    return " ".join(map(texts_in, value.values() if isinstance(value, dict) else value))


@settings(max_examples=150, deadline=None)
@given(root=elements())
def test_no_letter_is_lost_from_any_document(root: ET.Element, tmp_path_factory: pytest.TempPathFactory) -> None:
    rows = rows_of(tmp_path_factory.getbasetemp(), "x.xml", ET.tostring(root, "utf-8"))
    values = values_of(tmp_path_factory.getbasetemp(), "x.xml", ET.tostring(root, "utf-8"))
    assert [row[1] for row in rows] == list(range(1, len(rows) + 1))
    assert sorted("".join(texts_in(values).split())) == sorted("".join("".join(root.itertext()).split()))


@pytest.mark.parametrize("folder", ["medquad_psych", "openstax_psychology"])
def test_every_word_of_documents_that_others_wrote_comes_through(shared_data: Path, tmp_path: Path, folder: str) -> None:
    paths = sorted(path for path in (shared_data / folder).iterdir() if "xml" in path.suffix)
    assert paths
    for path in paths:
        (value,) = values_of(tmp_path, path.name, path.read_bytes())
        there = set(WORD.findall(" ".join(ET.parse(path).getroot().itertext())))
        glued = set(WORD.findall("".join(ET.parse(path).getroot().itertext())))
        found = set(WORD.findall(texts_in(value)))
        # A word may be spelled by several elements (H<sub>2</sub>O), so either reading of it will do
        assert {word for word in there - found if not any(word in whole for whole in glued & found)} == set()


def test_questions_and_answers_of_a_document_stand_under_their_names(shared_data: Path, tmp_path: Path) -> None:
    for path in (shared_data / "medquad_psych").iterdir():
        (value,) = values_of(tmp_path, path.name, path.read_bytes())
        pairs = value["QAPairs"]["QAPair"]
        assert value["Focus"]
        for pair in pairs if isinstance(pairs, list) else [pairs]:
            assert pair["Question"]["#text"]
            assert isinstance(pair["Answer"], str)
