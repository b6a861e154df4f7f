"""Checks of the bias report: bounds, and what moved since the snapshot before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pixel_assets.settings import BiasSettings, load_settings

from .tables import Rows, find, judge

REPORT: dict[str, Any] = {
    "axis": "gender", "measure": "share", "scope": "all", "outcome": "",
    "count": 60, "of": 100, "value": 0.6, "low": 0.5, "high": 0.7,
    "reference": 0.5, "flagged": False, "action": "",
}  # fmt: skip


def report(female: float, *, flagged: bool = False) -> Rows:
    return [
        REPORT | {"group": "female", "value": female, "low": female - 0.02, "high": female + 0.02, "flagged": flagged},
        REPORT | {"group": "male", "value": 1 - female, "low": 0.98 - female, "high": 1.02 - female},
    ]


def test_what_is_flagged_is_named_with_what_to_do(tmp_path: Path) -> None:
    assert judge(tmp_path, find("bias_report", "bias_bounds"), {"bias_report": report(0.5)}).passed
    rows = report(0.9, flagged=True)
    rows[0]["action"] = "collect"
    found = judge(tmp_path / "flagged", find("bias_report", "bias_bounds"), {"bias_report": rows})
    assert not found.passed
    assert "gender:female" in found.description
    assert "collect" in found.description


def test_without_a_report_before_nothing_moved(tmp_path: Path) -> None:
    settings = load_settings().model_copy(update={"bias": BiasSettings()})
    found = judge(tmp_path, find("bias_report", "bias_drift"), {"bias_report": report(0.5)}, settings=settings)
    assert found.passed
