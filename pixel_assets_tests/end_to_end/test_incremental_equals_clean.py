"""Contract C3: whatever is changed, and in whatever order, an incremental build gives what a clean one gives."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st

from pixel_assets.build.plan import make_plan

from .tiny import CATALOGUE, START, Tiny, bring_up

EXAMPLES = int(os.environ.get("PIXEL_TEST_SEQUENCES", "5"))
BASE = START["alpha"]  # these rows stay, so that there is always something to export

Change = Callable[[Tiny], None]
Named = tuple[str, Change]


def rows(source: str, edit: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Change:
    def apply(tiny: Tiny) -> None:
        if source in tiny.rows:
            changed = edit(tiny.rows[source])
            tiny.rows[source] = tuple(dict.fromkeys((*BASE, *changed))) if source == "alpha" else changed or (90,)

    return apply


def source_gone(source: str) -> Change:
    return lambda tiny: (tiny.rows.pop(source, None), tiny.missing.discard(source), None)[-1]


def source_there(source: str, numbers: tuple[int, ...]) -> Change:
    return lambda tiny: tiny.rows.update({source: numbers})


def file_missing(source: str, missing: bool) -> Change:
    return lambda tiny: (tiny.missing.add if missing else tiny.missing.discard)(source)


def setting(stage: str, **values: Any) -> Change:
    return lambda tiny: tiny.settings.update({stage: tiny.settings.get(stage, {}) | values})


SOURCES = st.sampled_from(sorted(CATALOGUE))
OTHERS = st.sampled_from(sorted(set(CATALOGUE) - {"alpha"}))
NUMBERS = st.integers(1, 120)
RATIOS = st.sampled_from(
    [
        {"psychology": 0.3, "voice": 0.25, "mental_health": 0.2, "reasoning": 0.15, "personality": 0.1},
        {"psychology": 0.7, "voice": 0.1, "mental_health": 0.1, "reasoning": 0.1, "personality": 0.0},
    ]
)

ROW_CHANGES: st.SearchStrategy[Named] = st.one_of(
    st.builds(lambda s, n: (f"add {n} to {s}", rows(s, lambda old: (*old, n))), SOURCES, NUMBERS),
    st.builds(lambda s, n: (f"put {n} before {s}", rows(s, lambda old: (n, *old))), SOURCES, NUMBERS),
    st.builds(lambda s, n: (f"first of {s} becomes {n}", rows(s, lambda old: (n, *old[1:]))), SOURCES, NUMBERS),
    st.builds(lambda s, k: (f"cut {k} off {s}", rows(s, lambda old: old[:-k])), SOURCES, st.integers(1, 6)),
)
SOURCE_CHANGES: st.SearchStrategy[Named] = st.one_of(
    st.builds(lambda s: (f"drop {s}", source_gone(s)), OTHERS),
    st.builds(
        lambda s, n: (f"{s} is {n}", source_there(s, n)),
        OTHERS,
        st.lists(NUMBERS, min_size=1, max_size=8, unique=True).map(tuple),
    ),
    st.builds(lambda s, gone: (f"{s} missing: {gone}", file_missing(s, gone)), OTHERS, st.booleans()),
)
SETTING_CHANGES: st.SearchStrategy[Named] = st.one_of(
    st.builds(lambda n: (f"min_words {n}", setting("decisions", min_words=n)), st.integers(0, 20)),
    st.builds(lambda n: (f"languages {n}", setting("decisions", languages=n)), st.sampled_from([["en"], ["en", "es"], []])),
    st.builds(lambda n: (f"target {n}", setting("mix", target=n)), st.integers(4, 60)),
    st.builds(lambda n: (f"shortfall {n}", setting("mix", shortfall=n)), st.sampled_from(["fill", "shrink"])),
    st.builds(lambda n: (f"ratios {n}", setting("mix", ratios=n)), RATIOS),
    st.builds(lambda n: (f"seed {n}", setting("mix", seed=n)), st.integers(1, 3)),
    st.builds(lambda n: (f"split seed {n}", setting("splits", seed=n)), st.integers(1, 3)),
    st.builds(lambda n: (f"shard rows {n}", setting("exports", shard_rows=n)), st.integers(3, 50)),
)
SEQUENCES = st.lists(st.one_of(ROW_CHANGES, SOURCE_CHANGES, SETTING_CHANGES), min_size=3, max_size=4)


# Two sequences that have everything in them, whatever chance brings.
LOSSES: list[Named] = [
    ("beta missing", file_missing("beta", True)),
    ("cut 3 off alpha", rows("alpha", lambda old: old[:-3])),
    ("first of gamma becomes 55", rows("gamma", lambda old: (55, *old[1:]))),
    ("min_words 40", setting("decisions", min_words=40)),
]
RETURNS: list[Named] = [
    ("gamma missing", file_missing("gamma", True)),
    ("delta is 60 to 66", source_there("delta", tuple(range(60, 67)))),
    ("gamma there again, drop beta", lambda tiny: (file_missing("gamma", False)(tiny), source_gone("beta")(tiny), None)[-1]),
    ("target 20", setting("mix", target=20)),
]


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize="PIXEL_TEST_SEQUENCES" not in os.environ, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],  # four changes need no shrinking
)  # fmt: skip
@example(LOSSES)
@example(RETURNS)
@given(SEQUENCES)
def test_any_sequence_of_changes_gives_what_a_clean_build_gives(built_once: Tiny, changes: list[Named]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="pixel-sequence-"))
    try:
        tiny = built_once.copy(folder / "incremental")
        for name, change in changes:
            note(name)
            change(tiny)
            tiny.write()
            _build_as_planned(tiny)
        clean = tiny.copy(folder / "clean", warehouse=False)
        bring_up(clean.project())
        assert tiny.state() == clean.state()
        assert tiny.exports() == clean.exports()
    finally:
        shutil.rmtree(folder)


def _build_as_planned(tiny: Tiny) -> None:
    """Ask every step; only what the plan named may be computed, and then nothing is left but what failed."""
    project = tiny.project()
    plan = make_plan(project)
    brought = bring_up(project)
    assert brought.computed <= {(item.step.name, item.partition) for item in plan.stale if not item.known}
    left = make_plan(tiny.project()).stale
    assert {(item.step.name, item.partition) for item in left} == set(brought.errors)
    assert {reason.kind for item in left for reason in item.reasons} <= {"failed"}
