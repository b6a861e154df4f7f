"""Weighted phrases: how points are given, and what is wrong with a file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.errors import SettingsError
from pixel_assets.quality.traits.evidence import PARTS, find_evidence
from pixel_assets.quality.traits.kinds import choose
from pixel_assets.quality.traits.phrases import DATA, FAMILIES, load_phrases

TOPIC = """
source: invented
user: 1
assistant: 1
deniable: true
nothing: {name: none, points: 1}
pieces: {my: "my|our"}
kinds:
  weather:
    says: rain and sun
    sure: ["<my> rainy day, ^ storm"]
    likely: [rain]
    hint: [day]
    against: [day off]
  garden:
    says: plants
    likely: [rose, rainy day]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged families, the topics replaced."""
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / "topic.yaml").write_text(TOPIC)
    return tmp_path / "data"


def _points(folder: Path, *said: tuple[str, str]) -> list[list[int]]:
    """Points of weather and garden, by part of the conversation."""
    turns = pa.array([[{"role": role, "content": text} for role, text in said]], TURNS)
    phrases = load_phrases(folder)
    points: list[list[int]] = find_evidence(turns, phrases).points[0, :, phrases.families["topic"].columns].tolist()
    assert len(points) == PARTS
    return points


@pytest.mark.parametrize(
    ("text", "weather", "garden"),
    [
        ("Rain.", 2, 0),
        ("Rain, rain, rain!", 2, 0),  # the same phrase once
        ("My rainy day", 4, 2),  # the longer phrase of a kind covers the shorter one that begins inside it
        ("Our rainy day and a day", 5, 2),
        ("A storm came", 0, 0),
        ("We hid. Storm!", 4, 0),  # only where a sentence begins
        ("It is not rain", 0, 0),
        ("It is not good, rain", 2, 0),  # a comma ends what is denied
        ("It does not look like any rain", 2, 0),  # as do three words
        ("Rain. Take a day off", 1, 0),
        ("My rainy. Day", 1, 0),  # no phrase goes on behind the end of a sentence
    ],
)
def test_points_of_a_text(folder: Path, text: str, weather: int, garden: int) -> None:
    assert _points(folder, ("user", text)) == [[weather, garden], *([0, 0] for _ in range(PARTS - 1))]


def test_points_stand_with_the_part_that_the_turn_belongs_to(folder: Path) -> None:
    said = [("system", "rain")]
    said += [turn for word in ("rain", "rose", "day", "rain", "rose") for turn in (("user", word), ("assistant", word))]
    assert _points(folder, *said) == [[3, 2], [2, 0], [0, 2], [3, 2], [0, 2]]


def test_of_kinds_with_equal_points_the_first_is_chosen_and_nothing_before_both(folder: Path) -> None:
    turns = pa.array([[{"role": "user", "content": text}] for text in ("rain rose", "day", "cloud", "rose")], TURNS)
    phrases = load_phrases(folder)
    chosen = choose(find_evidence(turns, phrases), phrases.families["topic"])
    assert chosen.names.to_pylist() == ["weather", "none", "none", "garden"]
    assert chosen.strength.tolist() == [0.4, 0.5, 1.0, 0.6667]
    assert chosen.all.to_pylist() == [["weather", "garden"], [], [], ["garden"]]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<my>", "<your>", "there is no piece 'your'"),
        ("[rain]", "['(rain']", "a bracket is never closed"),
        ("[rain]", "['rain,']", "may stand for no word"),
        ("name: none", "name: garden", "a kind has this name"),
        ("says: plants", "tells: plants", "unknown key"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(folder: Path, old: str, new: str, says: str) -> None:
    (folder / "topic.yaml").write_text(TOPIC.replace(old, new))
    with pytest.raises(SettingsError, match=says) as caught:
        load_phrases(folder)
    assert "topic.yaml, line" in str(caught.value)


def test_every_family_is_read() -> None:
    phrases = load_phrases()
    assert tuple(phrases.families) == FAMILIES
    assert phrases.many == sum(len(family.kinds) for family in phrases.families.values())
