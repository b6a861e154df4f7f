"""Settings come from arguments, variables and pixel.toml, in that order; a mistake names where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pixel_assets.errors import SettingsError
from pixel_assets.settings import (
    CATEGORIES,
    REGISTRY_FILE,
    SAMPLE_DIR,
    Settings,
    Stage,
    load_settings,
    settings_file,
    variable,
)

pytestmark = pytest.mark.usefixtures("no_settings")

STAGES = {name: field.annotation for name, field in Settings.model_fields.items() if name != "warehouse"}


def _toml(folder: Path, text: str) -> Path:
    (folder / "pixel.toml").write_text(text)
    return folder / "pixel.toml"


def test_the_defaults_are_those_of_the_full_mix() -> None:
    settings = load_settings()
    assert (settings.mix.target, settings.warehouse) == (100_000, Path("warehouse"))
    assert settings.mix.ratios == {
        "psychology": 0.30, "voice": 0.25, "mental_health": 0.20, "reasoning": 0.15, "personality": 0.10,
    }  # fmt: skip
    assert tuple(settings.mix.ratios) == CATEGORIES


def test_arguments_go_before_variables_and_these_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _toml(tmp_path, "[mix]\ntarget = 1\nseed = 1\ntolerance = 0.1\n")
    assert (load_settings().mix.target, load_settings().mix.seed) == (1, 1)
    monkeypatch.setenv("PIXEL_MIX_TARGET", "2")
    monkeypatch.setenv("PIXEL_MIX_SEED", "2")
    assert (load_settings().mix.target, load_settings().mix.seed, load_settings().mix.tolerance) == (2, 2, 0.1)
    settings = load_settings(mix={"target": 3})
    assert (settings.mix.target, settings.mix.seed, settings.mix.tolerance) == (3, 2, 0.1)


@pytest.mark.parametrize(
    ("name", "value", "stage", "field", "expected"),
    [
        ("PIXEL_DECISIONS_MIN_REPLY_WORDS", "3", "decisions", "min_reply_words", 3),
        ("PIXEL_DECISIONS_LANGUAGES", '["en", "de"]', "decisions", "languages", ("en", "de")),
        ("PIXEL_SOURCES_DIR", "/data", "sources", "dir", Path("/data")),
        ("PIXEL_EXPORTS_INCLUDE_SYSTEM", "false", "exports", "include_system", False),
        ("PIXEL_BUILD_KEEP_SNAPSHOTS", "7", "build", "keep_snapshots", 7),
        ("pixel_mix_shortfall", "shrink", "mix", "shortfall", "shrink"),
        ("PIXEL_SOURCES_SKIP", '["hub", "a*"]', "sources", "skip", ("hub", "a*")),
        ("PIXEL_LICENCES_USE", "commercial", "licences", "use", "commercial"),
        ("PIXEL_LICENCES_POLICY", '{"MIT": "deny"}', "licences", "policy", {"MIT": "deny"}),
    ],
)
def test_a_variable_sets_a_setting_of_a_stage(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, stage: str, field: str, expected: Any
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(getattr(load_settings(), stage), field) == expected


def test_ratios_can_come_from_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXEL_MIX_RATIOS", '{"voice": 0.5, "reasoning": 0.5}')
    assert load_settings().mix.ratios == {"voice": 0.5, "reasoning": 0.5}


def test_the_file_is_pixel_toml_here_or_the_one_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_file() == Path("pixel.toml")
    other = tmp_path / "other.toml"
    other.write_text('warehouse = "there"\n')
    monkeypatch.setenv("PIXEL_SETTINGS", str(other))
    assert (settings_file(), load_settings().warehouse) == (other, Path("there"))


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXEL_SETTINGS", str(tmp_path / "gone.toml"))
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "name", "what"),
    [
        ("[mix]\ntarget = 0\n", "mix.target", "Input should be greater than or equal to 1, got 0"),
        ('[mix]\nshortfall = "steal"\n', "mix.shortfall", "Input should be 'fill' or 'shrink', got 'steal'"),
        ("[mix]\ntargets = 5\n", "mix.targets", "Extra inputs are not permitted, got 5"),
        ("[mixes]\ntarget = 5\n", "mixes", "Extra inputs are not permitted"),
        ("[decisions]\nmax_unreadable = 1.5\n", "decisions.max_unreadable", "less than or equal to 1, got 1.5"),
        ("[decisions]\nmin_words = 9\nmax_words = 8\n", "decisions", "min_words 9 is above max_words 8"),
        ("[mix.ratios]\nvoice = 0.5\npsychology = 0.4\n", "mix", "ratios sum to 0.9, not to 1"),
        ("[mix.ratios]\npoetry = 1.0\n", "mix.ratios.poetry", "got 'poetry'"),
        ("[splits]\ntrain = 0.8\n", "splits", "train, validation and test sum to 1.1, not to 1"),
        ('[exports]\nformats = ["xlsx"]\n', "exports.formats.0", "got 'xlsx'"),
        ('[licences.policy]\nMIT = "maybe"\n', "licences.policy.MIT", "got 'maybe'"),
        ('[build]\nthreads = "many"\n', "build.threads", "got 'many'"),
    ],
)
def test_a_mistake_in_the_file_names_the_setting_the_file_and_the_variable(
    tmp_path: Path, text: str, name: str, what: str
) -> None:
    _toml(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert what in caught.value.what
    assert caught.value.where.startswith(f"setting {name}")
    assert "pixel.toml" in caught.value.where
    assert variable(name) in caught.value.where
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"[mix\n", b"target = \n", b"a = 1\na = 2\n", b"\xff\xfe[mix]\n"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pixel.toml").write_bytes(content)
    with pytest.raises(SettingsError, match="not valid TOML") as caught:
        load_settings()
    assert caught.value.where == "pixel.toml"


def test_a_mistake_in_a_variable_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXEL_MIX_TARGET", "lots")
    with pytest.raises(SettingsError, match="PIXEL_MIX_TARGET") as caught:
        load_settings()
    assert "got 'lots'" in caught.value.what


@pytest.mark.parametrize(
    ("name", "value"), [("PIXEL_DECISIONS_LANGUAGES", "en,de"), ("PIXEL_MIX_RATIOS", "voice=1"), ("PIXEL_MIX", "x")]
)
def test_a_variable_that_should_be_json_and_is_not_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


@pytest.mark.parametrize("name", ["PIXEL_MIX_TARGETS", "PIXEL_MIXES_TARGET", "PIXEL_TARGET"])
def test_a_variable_that_sets_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "5")
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.mix.target = 5  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        settings.warehouse = Path("x")  # type: ignore[misc]


def test_the_registry_is_the_named_one_or_that_of_the_folder_or_the_shipped(tmp_path: Path) -> None:
    assert load_settings(sources={"dir": tmp_path}).sources.registry_file == REGISTRY_FILE
    (tmp_path / "sources.yaml").touch()
    assert load_settings(sources={"dir": tmp_path}).sources.registry_file == tmp_path / "sources.yaml"
    named = {"dir": tmp_path, "registry": tmp_path / "mine.yaml"}
    assert load_settings(sources=named).sources.registry_file == tmp_path / "mine.yaml"
    assert load_settings().sources.dir == SAMPLE_DIR


@pytest.mark.parametrize("stage", STAGES)
def test_every_setting_says_what_it_is(stage: str) -> None:
    kind = STAGES[stage]
    assert isinstance(kind, type)
    assert issubclass(kind, Stage)
    assert kind.__doc__
    assert [name for name, field in kind.model_fields.items() if not field.description] == []
