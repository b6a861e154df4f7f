"""Where `pixel why` says that a row was exported: there it stands, also where others were left out, and nowhere else."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.project import Project
from pixel_assets.build.why import why

from .test_why import bring_up, chat, ids, opened, sources

FORMATS = ("jsonl", "csv", "parquet", "chat", "prompt_completion")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Exports of which some rows are left out, for their replies lie beyond what training sees."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("why_exports")
        patch.chdir(folder)
        sources(folder / "sources")
        (folder / "sources" / "chats" / "one.jsonl").write_text("\n".join(map(_chat, range(40))), encoding="utf-8")
        asked = {"formats": FORMATS, "shard_rows": 4, "max_tokens": 60, "tokenizers": ("chatml", "gemma")}
        found = opened(folder, GRAPH, exports=asked)
        assert bring_up(found).errors == {}
    return found


def _chat(number: int) -> str:
    """A question with words of its own; every third is so long that training does not see the reply."""
    own = [f"{word}{number}" for word in ("river", "garden", "letter", "window", "kitchen", "market")]
    asked = " and ".join(f"I dreamt of the {word}" for word in own * (3 if number % 3 == 0 else 1))
    return chat(
        f"Last night {asked}. What does that mean?", f"What comes to your mind when you think of the {own[0]} and the {own[3]}?"
    )


def _ids(file: Path) -> list[Any]:
    if file.suffix == ".parquet":
        return pq.read_table(file)["id"].to_pylist()
    if file.suffix == ".csv":
        return [row["id"] for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())]
    return [line.split('"')[3] for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_row_stands_where_it_is_said_to_stand_and_what_was_left_out_nowhere(project: Project) -> None:
    out = set(project.table("rejected_exports").read()["id"].to_pylist())
    selected = ids(project, "SELECT conversation_id FROM dataset_splits ORDER BY 1")
    assert 0 < len(out) < len(selected)
    for name in selected:
        places = why(project, name).exports
        assert len({place["format"] for place in places}) == len(places) == (0 if name in out else 6)
        for place in places:
            assert _ids(project.warehouse.exports / place["file"])[place["row"] - 1] == name
