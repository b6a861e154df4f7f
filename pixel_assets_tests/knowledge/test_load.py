"""Reading the knowledge base: what is accepted, and where it says that a mistake is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.load import check_knowledge, load_knowledge, main
from pixel_assets.knowledge.model import EvidenceGradeEntry, PopulationEntry

GOOD = """\
# a comment
strong:
  kind: evidence_grade
  name: Strong
  summary: Several good trials agree.
  details:
    meaning: It is likely to help.
  references: [handbook]
carers:
  kind: population
  name: Carers
  summary: People who look after somebody.
  details:
    considerations: [Time is short]
    language: [carer]
    strengths: [Patience]
    risks: [Exhaustion]
  relations:
    - {to: strong, how: graded}
  references:
    - handbook
"""
REFERENCES = """\
handbook:
  title: A Handbook
  authors: [First A., Second B.]
  year: 2001
  kind: book
"""


def folder_of(path: Path, entries: str = GOOD, references: str = REFERENCES) -> Path:
    (path / "entries.yaml").write_text(entries, encoding="utf-8")
    (path / "references.yaml").write_text(references, encoding="utf-8")
    return path


def test_entries_and_references_are_read_in_the_order_of_their_ids(tmp_path: Path) -> None:
    knowledge = load_knowledge(folder_of(tmp_path))
    assert list(knowledge.entries) == ["carers", "strong"]
    assert isinstance(knowledge.entries["carers"], PopulationEntry)
    assert knowledge.entries["carers"].details.risks == ("Exhaustion",)
    assert knowledge.references["handbook"].authors == "First A.; Second B."


def test_entries_are_found_by_form_and_relation_from_both_ends(tmp_path: Path) -> None:
    knowledge = load_knowledge(folder_of(tmp_path))
    assert list(knowledge.of(EvidenceGradeEntry)) == ["strong"]
    assert knowledge.related("carers", "graded") == ("strong",)
    assert knowledge.related_from("strong", "graded") == ("carers",)
    assert knowledge.related("carers", "considers") == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("    risks:", "    risk:", 13, "entry 'carers': the key 'details.risks' is missing"),
        ("    risks:", "    dangers: [x]\n    risks:", 17, "entry 'carers': unknown key 'details.dangers'"),
        ("  name: Carers", "  nick: c\n  name: Carers", 11, "entry 'carers': unknown key 'nick'"),
        ("kind: population", "kind: populations", 10, "entry 'carers': unknown kind 'populations'. Close names: population"),
        ("  kind: population\n", "", 9, "entry 'carers': the key 'kind' is missing"),
        ("  name: Carers", "  name: ' '", 11, "name: String should have at least 1 character"),
        ("[Patience]", "[]", 16, "details.strengths: Tuple should have at least 1 item"),
        ("[Patience]", "[Patience, '']", 16, "details.strengths.1: String should have at least 1 character"),
        ("[Patience]", "[yes]", 16, "details.strengths.0: Input should be a valid string"),
        ("carers:", "strong:", 9, "this id is used twice, before in entries.yaml, line 2"),
        ("  name: Carers", "  name: Carers\n  name: Again", 12, "the key 'name' is given twice"),
        ("carers:", "Carers At Home:", 9, "the id is not in snake case"),
        ("to: strong", "to: stong", 19, "the relation 'graded' leads to no entry: 'stong'. Close names: strong"),
        ("to: strong", "to: carers", 19, "'carers', of kind population. It must lead to an entry of kind evidence_grade"),
        ("how: graded", "how: gradet", 19, "relations.0.how: Input should be"),
        ("how: graded", "how: contraindicated_for", 19, "a relation 'contraindicated_for' must say why"),
        ("    - handbook", "    - handbok", 21, "there is no reference 'handbok'. Close names: handbook"),
        ("[Patience]", "[Patience", 16, "not valid YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, before: str, after: str, line: int, message: str) -> None:
    assert GOOD.count(before) == 1
    folder = folder_of(tmp_path, GOOD.replace(before, after))
    found = [str(problem) for problem in check_knowledge(folder).problems]
    assert any(text.startswith(f"{tmp_path / 'entries.yaml'}, line {line}: ") and message in text for text in found), found


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("year: 2001", "year: 20010", 4, "year: Input should be less than or equal to 2100"),
        ("kind: book", "kind: film", 5, "kind: Input should be"),
        ("kind: book", "kind: book\n  doi: doi:10", 6, "doi: String should match pattern"),
        ("kind: book", "kind: book\n  page: 3", 6, "unknown key 'page'"),
    ],
)
def test_a_wrong_reference_is_named_with_file_and_line(tmp_path: Path, before: str, after: str, line: int, message: str) -> None:
    folder = folder_of(tmp_path, references=REFERENCES.replace(before, after))
    (problem,) = check_knowledge(folder).problems
    assert problem.where == f"{tmp_path / 'references.yaml'}, line {line}"
    assert message in problem.what


def test_all_mistakes_are_found_in_one_pass_in_the_order_of_the_lines(tmp_path: Path) -> None:
    wrong = GOOD.replace("meaning: It", "meening: It").replace("to: strong", "to: weak").replace("- handbook", "- a_book")
    lines = [problem.where.rpartition(" ")[2] for problem in check_knowledge(folder_of(tmp_path, wrong)).problems]
    assert lines == ["6", "7", "19", "21"]


def test_a_broken_entry_is_not_reported_again_by_those_that_lead_to_it(tmp_path: Path) -> None:
    wrong = GOOD.replace("meaning: It", "meening: It")
    assert all("no entry" not in str(problem) for problem in check_knowledge(folder_of(tmp_path, wrong)).problems)


def test_one_id_in_two_files_is_a_mistake_in_the_second(tmp_path: Path) -> None:
    (folder_of(tmp_path) / "more.yaml").write_text(GOOD.partition("carers:")[0], encoding="utf-8")
    (problem,) = check_knowledge(tmp_path).problems
    assert problem.where == f"{tmp_path / 'more.yaml'}, line 2"
    assert "before in entries.yaml, line 2" in problem.what


def test_texts_of_an_entry_are_not_quoted(tmp_path: Path) -> None:
    wrong = GOOD.replace("[Patience]", "{quiet words: of somebody}")
    assert all("quiet words" not in str(problem) for problem in check_knowledge(folder_of(tmp_path, wrong)).problems)


@pytest.mark.parametrize("content", [b"- a\n- b\n", b"", b"\xff\xfe\x00"])
def test_a_file_that_is_no_mapping_or_no_text_is_a_mistake(tmp_path: Path, content: bytes) -> None:
    (folder_of(tmp_path) / "more.yaml").write_bytes(content)
    (problem,) = check_knowledge(tmp_path).problems
    assert problem.where == f"{tmp_path / 'more.yaml'}, line 1"


def test_loading_raises_the_first_mistake(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"entries\.yaml, line 6: entry 'strong': the key 'details.meaning' is missing"):
        load_knowledge(folder_of(tmp_path, GOOD.replace("meaning: It", "meening: It").replace("to: strong", "to: weak")))


def test_a_folder_without_data_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no data file is here"):
        load_knowledge(tmp_path)


def test_the_command_counts_the_entries_or_lists_the_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(folder_of(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "    1  evidence_grade",
        "    1  population",
        "2 entries, 1 relations, 1 references, 0 mistakes",
    ]
    assert main(folder_of(tmp_path, GOOD.replace("to: strong", "to: weak"))) == 1
    assert "line 19: entry 'carers'" in capsys.readouterr().out
