"""What ``pixel forget`` prints: what was withdrawn, who has it, and what comes next."""

from __future__ import annotations

import pytest

from pixel_assets.build.holding import Held
from pixel_assets.build.withdrawing import Withdrawal
from pixel_assets.shell.forgetting import Forgotten, show_forgotten
from pixel_assets.sources.withdrawals import Withdrawals

ID = "0123456789abcdef" * 2
EXPORT = Held("dataset_exports", "_", "5e5e", "7a", "2026-01-02T03:04:05.6", False, ("v1",), "files-1")


def forgotten(**changed: object) -> Forgotten:
    found = Withdrawal(ID, "conversation", ID, Withdrawals(), (ID,), along=("aa",), alike=("bb",))
    values: dict[str, object] = {
        "withdrawal": found, "file": "withdrawals.yaml", "written": False, "dry_run": True, "released": (EXPORT,), "snapshots": 4,
        "current": 2, "tags": ("v1",), "originals": ("alpha:a.jsonl:3",),
    }  # fmt: skip
    return Forgotten(**{**values, **changed})  # type: ignore[arg-type]


def said(done: Forgotten, capsys: pytest.CaptureFixture[str]) -> str:
    show_forgotten(done)
    return capsys.readouterr().out


def test_without_yes_it_says_what_would_happen(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(forgotten(), capsys)
    assert f"conversation {ID} would be withdrawn" in text
    assert "nothing was changed; --yes writes it to withdrawals.yaml" in text


def test_whoever_has_it_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(forgotten(), capsys)
    assert "dataset_exports  snapshot 5e5e  2026-01-02T03:04:05  tags v1" in text
    assert "goes with it, for it stands in the same record: aa" in text
    assert "nearly the same, and stays until you name it: bb" in text
    assert "for its owner to remove: alpha:a.jsonl:3" in text


@pytest.mark.parametrize(
    ("changed", "next_step"),
    [
        ({"current": 2}, "`pixel build` replaces the 2 current snapshots"),
        ({"current": 0}, "4 old snapshots hold it; --purge removes them, and tags keep some: v1"),
        ({"current": 0, "snapshots": 0}, "nothing in this warehouse holds it any more"),
    ],
)
def test_it_says_what_comes_next(changed: dict[str, object], next_step: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert next_step in said(forgotten(dry_run=False, written=True, **changed), capsys)


def test_the_json_has_no_more_than_ids_and_places() -> None:
    assert set(forgotten().to_json()) == {
        "kind", "name", "conversations", "places", "along", "alike", "file", "written", "dry_run", "released", "snapshots",
        "current", "tags", "originals", "purged",
    }  # fmt: skip
