"""The check on licences, on splits whose sources permit all, some and nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.settings import LicenceSettings, load_settings
from pixel_assets.sources.licences import Constraint
from pixel_assets.sources.registry import Source

from .tables import Rows, find, judge

CHECK = find("dataset_splits", "licence_policy")


def source(name: str, *constraints: Constraint) -> Source:
    return Source(name=name, path=("a",), category="voice", title="A", licence=f"LicenseRef-{name}", constraints=constraints)


REGISTRY = (source("free"), source("research", "non_commercial"), source("secret", "no_redistribution"))


def found_in(name: str, *sources: str) -> dict[str, object]:
    places = [{"source": source, "file": "f", "rows": [1]} for source in sources]
    return {"conversation_id": name, "source": sources[0], "provenances": places}


CORPUS: Rows = [
    found_in("a", "free"),
    found_in("b", "research"),
    found_in("c", "free", "secret"),
    found_in("d", "research", "secret"),
    found_in("e", "secret"),
]


@pytest.mark.parametrize(
    ("used", "settings", "excluded"),
    [
        ("abcd", LicenceSettings(), {}),
        ("abcde", LicenceSettings(), {"secret": 1}),
        ("abcd", LicenceSettings(use="commercial"), {"research": 2}),
        ("ac", LicenceSettings(use="commercial"), {}),
        ("abcde", LicenceSettings(policy={"LicenseRef-secret": "allow"}), {}),
        ("abcde", LicenceSettings(policy={"LicenseRef-free": "deny", "LicenseRef-research": "deny"}),
         {"free": 2, "research": 2, "secret": 1}),
        ("", LicenceSettings(), {}),
    ],
)  # fmt: skip
def test_a_conversation_passes_where_one_of_its_sources_permits_it(
    tmp_path: Path, used: str, settings: LicenceSettings, excluded: dict[str, int]
) -> None:
    tables = {"dataset_splits": [{"conversation_id": name} for name in used], "redacted_corpus": CORPUS}
    verdict = judge(tmp_path, CHECK, tables, settings=load_settings(licences=settings), registry=REGISTRY)
    assert verdict.measured == {"conversations": len(used), "excluded": sum(excluded.values()), "by_source": excluded}
    assert verdict.passed == (not excluded)


def test_it_names_source_licence_verdict_and_rows(tmp_path: Path) -> None:
    tables = {"dataset_splits": [{"conversation_id": name} for name in "abcde"], "redacted_corpus": CORPUS}
    settings = load_settings(licences={"use": "commercial"})
    verdict = judge(tmp_path, CHECK, tables, settings=settings, registry=REGISTRY)
    assert verdict.description.startswith(
        "3 of 5 conversations may not be released for commercial use: "
        "research (LicenseRef-research, research-only) 2, secret (LicenseRef-secret, deny) 1; "
    )


def test_a_source_that_is_not_in_the_registry_permits_nothing(tmp_path: Path) -> None:
    tables = {"dataset_splits": [{"conversation_id": "a"}], "redacted_corpus": CORPUS}
    verdict = judge(tmp_path, CHECK, tables, registry=REGISTRY[1:])
    assert not verdict.passed
    assert "free (unknown) 1" in verdict.description


def test_it_blocks_and_reads_what_its_fingerprint_covers() -> None:
    assert CHECK.blocking
    assert CHECK.settings == ("licences",)
    assert CHECK.registry_fields == ("licence", "constraints")
