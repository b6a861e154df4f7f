"""The statements that the trained part of crisis detection learns from: how files are read, and what the list holds."""

from collections import Counter
from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.kinds import KINDS
from pixel_assets.safety.crisis.statements import Statement, read_statements
from pixel_assets.safety.labelled.hard_cases import read_hard_cases

FILE = """\
category: rain
judged: invented for a test
slots: {who: [my aunt, the cat], when: [today, at noon, at night]}
blocks:
  - label: none
    statements: |
      It rains.

      It "rains": again # and again
    templates: |
      {who} is wet {when}.
  - {label: risk, kind: abuse, subject: other, language: de, statements: Es regnet.}
"""


def written(folder: Path, text: str = FILE) -> Path:
    (folder / "rain.yaml").write_text(text, encoding="utf-8")
    return folder


def test_lines_and_templates_become_statements_with_the_label_of_their_block(tmp_path: Path) -> None:
    found = read_statements(written(tmp_path))
    assert [(statement.text, statement.group) for statement in found] == [
        ("It rains.", "rain:plain"), ('It "rains": again # and again', "rain:plain"),
        ("My aunt is wet today.", "rain:1:1"), ("The cat is wet at noon.", "rain:1:1"), ("My aunt is wet at night.", "rain:1:1"),
        ("Es regnet.", "rain:plain"),
    ]  # fmt: skip
    assert found[-1] == Statement("Es regnet.", "rain", "rain:2", "plain", "rain:plain", "risk", "abuse", "other", "de")
    assert [statement.crisis for statement in found] == [False] * 5 + [True]
    assert found[0].conversation() == [{"role": "user", "content": "It rains."}]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("category: rain", "category: [", "line 1: not valid YAML"),
        ("kind: abuse, ", "", "a block of risk has a kind"),
        ("label: none", "label: nothing", "blocks.0.label"),
        ("{who} is", "{whom} is", "no fillings for whom"),
        ("{who} is wet {when}.", "All is wet.", "without a place"),
        ("It rains.", "Es regnet.", "comes twice"),
        ("judged:", "note:", "note: unknown key"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_should_be_is_named(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_statements(written(tmp_path, FILE.replace(old, new, 1)))
    assert "rain.yaml" in str(raised.value)
    assert what in str(raised.value)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no data file is here"):
        read_statements(tmp_path)


def test_the_list_is_large_balanced_and_mostly_written_line_by_line() -> None:
    statements = read_statements()
    assert len(statements) >= 4500
    assert 0.4 < sum(statement.crisis for statement in statements) / len(statements) < 0.6
    assert sum(statement.group == f"{statement.category}:{statement.voice}" for statement in statements) >= 4000
    languages = Counter(statement.language for statement in statements)
    assert languages["id"] + languages["id-en"] >= 200
    assert min(languages[each] for each in ("es", "de", "fr", "pt", "hi", "tl")) >= 15
    assert {statement.kind for statement in statements if statement.crisis} == set(KINDS)
    assert {statement.subject for statement in statements if statement.crisis} == {"self", "other"}


def test_no_statement_is_a_hard_case() -> None:
    said = {content for case in read_hard_cases() for _, content in case.turns}
    assert not said & {statement.text for statement in read_statements()}
