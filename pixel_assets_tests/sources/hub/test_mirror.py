"""Datasets from a folder in the layout of the hub: the same rows, the same reader, no network."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.errors import SourceError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.files import observe
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.hub.mirrored import read_mirrored
from pixel_assets.sources.source import HubDataset, Source
from pixel_assets_tests.sources.hub.conftest import Client
from pixel_assets_tests.sources.hub.test_acquire import CARD, TWO_FILES, TWO_PARQUETS, expected, json_lines, record

REVISION = "0123456789abcdef0123456789abcdef01234567"


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def read(folder: Path, **fields: Any) -> list[Any]:
    return [json.loads(text) for text in read_mirrored("a", HubDataset(dataset="o/n", **fields), folder)]


def version(mirror: Path | None, **fields: Any) -> str:
    hub = HubDataset(dataset="o/n", **fields)
    source = Source(name="a", hub=hub, category="reasoning", title="T", licence="MIT")
    return observe(source, Path("nowhere"), FileHashCache(), HubSettings(mirror=mirror)).version


@pytest.mark.parametrize("files", [TWO_FILES, TWO_PARQUETS], ids=["jsonl", "parquet"])
def test_a_mirror_gives_what_the_hub_gives(client: Client, tmp_path: Path, files: dict[str, bytes]) -> None:
    name = f"mirror/{len(files['README.md'])}{'parquet' in str(sorted(files))}"
    client.hub.add(name, files)
    done = client.acquire(a=client.pinned(name))
    mirrored = read_mirrored("a", HubDataset(dataset=name), write(tmp_path / "mirror" / name, files))
    assert [text.decode() for text in mirrored] == done.rows["a"] == expected(120)


def test_splits_configurations_and_files_are_chosen_by_the_registry(tmp_path: Path) -> None:
    card = """---
configs:
- config_name: calm
  data_files:
  - {split: train, path: calm.jsonl}
  - {split: test, path: calm-test.jsonl}
- config_name: warm
  data_files: warm.jsonl
---
"""
    folder = write(
        tmp_path,
        {"README.md": card.encode(), "calm.jsonl": json_lines(0, 2), "calm-test.jsonl": json_lines(2, 1),
         "warm.jsonl": json_lines(3, 1)},
    )  # fmt: skip
    assert read(folder, config="calm") == [record(0), record(1)]
    assert read(folder, config="calm", split="test") == [record(2)]
    assert read(folder, config="warm") == [record(3)]
    assert read(folder, files=["calm-*.jsonl"], config="calm") == [record(2)]


def test_tables_and_text_are_read(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a", {"a.csv": b"question,answer\nHow?,So.\n"})) == [{"question": "How?", "answer": "So."}]
    assert read(write(tmp_path / "b", {"b.txt": b"First.\nSecond.\n"})) == [{"text": "First."}, {"text": "Second."}]
    assert read(write(tmp_path / "c", {"c.json": b'[{"a": 1}, {"a": 2}]'})) == [{"a": 1}, {"a": 2}]
    assert read(write(tmp_path / "d", {"d.jsonl.gz": gzip.compress(json_lines(0, 2))})) == [record(0), record(1)]


def test_keys_that_differ_between_records_are_kept(tmp_path: Path) -> None:
    rows = [{"a": 1, "extra": {"x": 1}}, {"a": 2, "extra": {"y": [None, "z"]}}]
    folder = write(tmp_path, {"train.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()})
    found = read(folder)
    assert [row["a"] for row in found] == [1, 2]
    assert [{key: value for key, value in row["extra"].items() if value is not None} for row in found] == [
        row["extra"] for row in rows
    ]


def test_a_real_dataset_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(shared_data / "sft_formats" / "capybara_test.parquet", tmp_path / "data" / "train-00000.parquet")
    rows = read(tmp_path)
    assert len(rows) == 200
    assert all(row["messages"] for row in rows)


def test_the_version_follows_the_content_and_the_choice_and_needs_no_pin(tmp_path: Path) -> None:
    folder = write(tmp_path / "o" / "n", TWO_FILES)
    first = version(tmp_path)
    assert version(tmp_path) == first == version(tmp_path, revision=REVISION)
    assert version(tmp_path, split="test") != first
    write(folder, {".cache/huggingface/download/x.lock": b"1", ".git/HEAD": b"x"})
    assert version(tmp_path) == first
    write(folder, {"data/train-1.jsonl": json_lines(60, 59)})
    assert version(tmp_path) != first


def test_without_a_mirror_the_pin_is_the_version(tmp_path: Path) -> None:
    first = version(None, revision=REVISION)
    assert version(tmp_path, revision=REVISION) == first
    assert version(None, revision=REVISION, config="calm") != first
    with pytest.raises(SourceError, match=r"source a: o/n is not pinned .* `pixel sources pin a`"):
        version(None)


def test_a_name_cannot_lead_out_of_the_mirror(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no dataset"):
        observe(
            Source(name="a", hub=HubDataset(dataset="../.."), category="reasoning", title="T", licence="MIT"),
            tmp_path, FileHashCache(), HubSettings(mirror=tmp_path),
        )  # fmt: skip


def test_a_link_out_of_the_mirror_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").write_bytes(json_lines(0, 1))
    write(tmp_path / "o" / "n", {"README.md": CARD})
    (tmp_path / "o" / "n" / "train.jsonl").symlink_to(tmp_path / "secret.jsonl")
    with pytest.raises(SourceError, match="leads out of the mirrored dataset"):
        version(tmp_path)


OUTSIDE = b"---\nconfigs:\n- config_name: a\n  data_files: ../o.txt\n---\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"train.jsonl": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"}, "pointer of Git LFS"),
        ({"n.tar": b"\0" * 1024}, "of the kind webdataset, which is not read"),
        ({"train.pkl": b"\x80\x04N."}, "holds no data files"),
        ({"README.md": OUTSIDE, "a.txt": b"x", "../o.txt": b"x"}, "elsewhere"),
    ],
    ids=["pointer", "tar", "pickle", "elsewhere"],
)
def test_what_is_not_read_says_so(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read(write(tmp_path / "n", files))
