"""What every command pays before it begins: the import of the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = ("dagster", "torch", "numba", "scipy", "pandas", "datasets", "matplotlib", "datasketch", "ctranslate2", "tokenizers")


@pytest.fixture(scope="module")
def imported() -> set[str]:
    code = "import sys, pixel_assets.cli; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", SLOW)
def test_what_is_slow_to_import_is_imported_where_it_is_used(imported: set[str], name: str) -> None:
    assert name not in imported
