"""YAML as typed values: what is right is read, what is wrong is named with file, line and key, and never quoted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from pixel_assets.errors import KnowledgeError, SettingsError
from pixel_assets.typed_yaml import read_yaml


class Meal(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: Annotated[str, Field(min_length=3)]
    spices: list[str] = []
    heat: Literal["mild", "hot"] | list[Literal["mild", "hot"]] = "mild"

    @model_validator(mode="after")
    def _mild_is_plain(self) -> Meal:
        if self.heat == "mild" and "chilli" in self.spices:
            raise ValueError("what holds chilli is hot")
        return self


class Menu(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    meals: dict[str, Meal]


GOOD = """\
meals:
  soup:
    name: Soup of the day
    spices: [pepper]
  stew:
    name: Stew
    heat: hot
    spices:
      - salt
      - chilli
"""


def menu(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "menu.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_a_file_is_read_in_its_form(tmp_path: Path) -> None:
    read = read_yaml(menu(tmp_path, "\ufeff" + GOOD), Menu).content
    assert read.meals["stew"] == Meal(name="Stew", heat="hot", spices=["salt", "chilli"])
    assert read_yaml(menu(tmp_path, "[1, 2]"), TypeAdapter(list[int])).content == [1, 2]
    assert read_yaml(menu(tmp_path, ""), TypeAdapter(Any)).content is None


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("name: Soup of the day", "nam: Soup of the day", 3, "meals.soup.nam: unknown key"),
        ("    name: Stew\n", "", 5, "meals.stew.name: the key is missing"),
        ("name: Stew", "name: St", 6, "meals.stew.name: String should have at least 3 characters"),
        ("- salt", "- no", 9, "meals.stew.spices.0: Input should be a valid string"),
        ("heat: hot", "heat: quiet words", 7, "meals.stew.heat: Input should be 'mild' or 'hot'"),
        ("    heat: hot\n", "", 5, "meals.stew: what holds chilli is hot"),
        ("stew:", "soup:", 5, "meals.soup: the key is given twice"),
        ("name: Stew", "name: Stew\n    name: Stew", 7, "meals.stew.name: the key is given twice"),
        ("[pepper]", "[pepper", 4, "not valid YAML: did not find expected ',' or ']'"),
        ("name: Stew", "name: Stew: quiet words", 6, "not valid YAML: mapping values are not allowed in this context"),
        ("name: Stew", "name: !quiet Stew", 6, "a value cannot be read"),
        ("name: Stew", "name: 2001-13-45", 1, "a value cannot be read"),
        ("name: Stew", "name: *quiet", 6, "not valid YAML: found undefined alias"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, before: str, after: str, line: int, said: str) -> None:
    assert GOOD.count(before) == 1
    file = menu(tmp_path, GOOD.replace(before, after))
    with pytest.raises(SettingsError) as caught:
        read_yaml(file, Menu, hint="Ask the cook")
    assert str(caught.value).startswith(f"{file}, line {line}: {said}")
    assert "quiet" not in str(caught.value)
    assert "Soup" not in str(caught.value)


def test_a_misspelt_key_is_named_before_the_one_that_is_then_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"menu\.yaml, line 1: meal: unknown key\. Ask the cook"):
        read_yaml(menu(tmp_path, GOOD.replace("meals:", "meal:")), Menu, hint="Ask the cook")


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"\xff\xfe\x00", "cannot be read: not UTF-8 text"), ("", "line 1: Input should be a valid dictionary")],
)
def test_what_is_no_text_or_empty_is_an_error_of_the_kind_that_is_asked_for(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(KnowledgeError, match=rf"menu\.yaml.*{said}"):
        read_yaml(menu(tmp_path, text), Menu, error=KnowledgeError)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.yaml: the file cannot be read: No such file"):
        read_yaml(tmp_path / "absent.yaml", Menu)


def test_what_no_form_can_say_is_named_with_its_line(tmp_path: Path) -> None:
    read = read_yaml(menu(tmp_path, GOOD), Menu)
    wrong = read.wrong(("meals", "stew", "spices", 1), "nobody eats this", expected="salt", hint="Ask")
    assert str(wrong) == f"{read.file}, line 10: meals.stew.spices.1: nobody eats this (expected salt). Ask"
    assert read.wrong(("meals", "soup", "heat"), "x").where == f"{read.file}, line 2"


def test_a_list_that_holds_itself_ends(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"menu\.yaml, line 1"):
        read_yaml(menu(tmp_path, "meals: &all [*all]"), TypeAdapter(dict[str, list[list[str]]]))
