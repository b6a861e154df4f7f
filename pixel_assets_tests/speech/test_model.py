from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.speech.model import NEEDED, find_model, load_model


def test_the_default_comes_in_a_package() -> None:
    model = find_model()
    assert model.name == "tiny.en"
    assert all((model.folder / file).is_file() for file in NEEDED)


def test_it_is_loaded_once() -> None:
    assert load_model(find_model()) is load_model(find_model())


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    for folder, weights in (("one", b"1"), ("same", b"1"), ("other", b"2")):
        (tmp_path / folder).mkdir()
        for file in NEEDED:
            (tmp_path / folder / file).write_bytes(weights)
    one, same, other = (find_model(str(tmp_path / name)) for name in ("one", "same", "other"))
    assert one.version == same.version != other.version
    assert (one.name, other.name) == ("one", "other")


def test_a_folder_without_a_model_is_named_with_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"no model\.bin, tokenizer\.json") as raised:
        find_model(str(tmp_path))
    assert raised.value.where == str(tmp_path)
