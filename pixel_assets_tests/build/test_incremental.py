"""Whatever changed and in whatever order, building on what is there equals a clean build."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .toy import BROKEN, World, small

pytestmark = pytest.mark.usefixtures("no_settings")

_source = st.sampled_from(["a", "b", "c"])
_texts = st.lists(st.sampled_from(["", "x", "one", "two", "three", "seventeen"]), max_size=5)
_change = st.one_of(
    st.tuples(st.just("put"), _source, _texts, st.sampled_from(["1", "2"])),
    st.tuples(st.just("put"), _source, _texts, st.sampled_from(["1", "2"])),
    st.tuples(st.just("break"), _source),
    st.tuples(st.just("delete"), _source),
    st.tuples(st.just("register"), st.dictionaries(_source, st.sampled_from(["voice", "psychology"]), min_size=1)),
    st.tuples(st.just("set"), st.integers(0, 6)),
)


def _apply(world: World, change: tuple[Any, ...]) -> None:
    match change:
        case ("put", source, texts, file):
            world.put(source, *texts, file=file)
        case ("break", source):
            world.put(source, "one", BROKEN, file="2")
        case ("delete", source):
            (world.folder / source / "2.jsonl").unlink(missing_ok=True)
        case ("register", categories):
            world.register({name: {"category": category} for name, category in categories.items()})
        case ("set", least):
            world.set(decisions={"min_words": least})


def _expected(world: World) -> dict[str, int]:
    """What the summary must say, worked out from the files alone."""
    import json

    texts: set[str] = set()
    for source in world.project().sources:
        files = [path.read_text() for path in sorted((world.folder / source).glob("*.jsonl"))]
        if not any(BROKEN in content for content in files):
            texts |= {json.loads(line)["text"] for content in files for line in content.splitlines()}
    least = world.settings.get("decisions", {"min_words": 2})["min_words"]
    chosen = [text for text in texts if text and len(text) >= least]
    return {"texts": len(chosen), "letters": sum(map(len, chosen))}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_change, min_size=1, max_size=2), min_size=1, max_size=3))
def test_an_incremental_build_equals_a_clean_one(tmp_path: Path, rounds: list[list[tuple[Any, ...]]]) -> None:
    world = small(Path(tempfile.mkdtemp(dir=tmp_path)))
    world.build()
    for changes in rounds:
        for change in changes:
            _apply(world, change)
        world.build()
        assert all(kind == "failed" for reasons in world.reasons().values() for kind, _ in reasons)
    clean = replace(world, warehouse="clean")
    clean.build()
    assert world.versions() == clean.versions()
    assert world.rows("summary") == [_expected(world)]
