"""The repository itself: packaging, make targets, CI, and what must never be in a tracked file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from pixel_assets.speech.recordings import AUDIO

from .conftest import REPOSITORY


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | variables, capture_output=True, text=True, check=False, timeout=60
    )


def tracked_files() -> list[Path]:
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard") if shutil.which("git") else None
    if listed is None or listed.returncode:
        pytest.skip("not a git repository")
    return [path for name in listed.stdout.split("\0") if name and (path := REPOSITORY / name).is_file()]


def test_no_lock_file_is_tracked() -> None:
    names = {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "pylock.toml", "package-lock.json"}
    assert [path.name for path in tracked_files() if path.name in names] == []


# Weights and coefficients that are part of the package, each with its origin and licence beside it
MODELS = {
    "static.safetensors", "reader.safetensors", "model.safetensors", "tokenizer.json", "pairs.safetensors", "model.parquet"
}  # fmt: skip


def test_nothing_that_was_built_or_downloaded_is_tracked() -> None:
    files = [path for path in tracked_files() if path.name not in MODELS]
    assert [
        path.name for path in files if path.suffix in {".whl", ".so", ".pyc", ".onnx", ".safetensors", ".bin", ".zip", ".tar"}
    ] == []
    assert [path.name for path in files if path.stat().st_size > 2**18] == []  # the largest file of text is well below


def test_packaged_weights_come_with_their_origin_and_stay_small() -> None:
    models = [path for path in tracked_files() if path.name in MODELS]
    assert {path.name for path in models} == MODELS
    assert [path.name for path in models if not (path.parent / "README.md").is_file()] == []
    assert sum(path.stat().st_size for path in models) < 32_000_000  # weights of 8 bits: those of 4 are smaller and slower


def test_no_recording_is_tracked_but_those_of_the_sample() -> None:
    recordings = [path for path in tracked_files() if path.suffix.lower() in AUDIO]
    folder = REPOSITORY / "pixel_assets" / "sources" / "sample" / "recordings"
    assert [path.name for path in recordings if path.parent != folder] == []
    sizes = [path.stat().st_size for path in recordings]
    assert max(sizes) < 200_000
    assert sum(sizes) < 250_000


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a package registry", r"pypi\.(org|python)|pythonhosted|registry\.npm|(extra-)?index-url|--find-links"),
        ("a path of one machine", r"(?<![\w.$}~-])/(root|home/\w+|Users/\w+|work|mnt|opt)/\w"),
    ],
    ids=["registry", "path"],
)
def test_no_tracked_text_names(what: str, pattern: str) -> None:
    found = []
    for path in tracked_files():
        if path == Path(__file__) or path.suffix in {".parquet", ".gz", ".png"} or "sample" in path.parts:
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [f"{path.relative_to(REPOSITORY)}:{i}: {what}" for i, line in enumerate(lines, 1) if re.search(pattern, line)]
    assert found == []


def test_extra_and_dependency_group_are_the_same() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert project["dependency-groups"]["dev"] == project["project"]["optional-dependencies"]["dev"]


def test_make_help_names_every_target() -> None:
    text = (REPOSITORY / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    shown = run("make", "help").stdout
    assert [name for name in phony.split() if f"make {name} " not in shown] == []


def test_make_installs_only_when_the_dependencies_changed(tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").touch()
    for target in ("build", "test"):
        assert "pip install" in run("make", "-n", target, f"VENV={environment}").stdout
    for stamp in (".runtime", ".dev"):
        (environment / stamp).touch()
    for target in ("build", "test"):
        assert "pip install" not in run("make", "-n", target, f"VENV={environment}").stdout


def test_make_without_python_311_says_so(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("make", "sh", "awk"):
        (tools / name).symlink_to(str(shutil.which(name)))
    done = run("make", "env", f"VENV={tmp_path / 'venv'}", PATH=str(tools))
    assert done.returncode == 2
    assert "no Python 3.11 was found" in done.stderr


def test_ci_uses_official_actions_by_major_version() -> None:
    for file in (REPOSITORY / ".github" / "workflows").glob("*.yml"):
        jobs = yaml.safe_load(file.read_text())["jobs"]
        used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
        assert used
        assert [name for name in used if not re.fullmatch(r"actions/[\w/-]+@v\d+", name)] == []


def test_hooks_fetch_nothing() -> None:
    repositories = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}
    assert {hook["language"] for repository in repositories for hook in repository["hooks"]} == {"system"}


def test_the_ci_script_is_valid_and_can_be_run() -> None:
    assert os.access(REPOSITORY / ".ci" / "run", os.X_OK)
    assert run("bash", "-n", ".ci/run").returncode == 0


def test_ci_summary_says_what_was_done_and_why(tmp_path: Path) -> None:
    reasons = [{"kind": "settings", "detail": "mix.target 5 → 6"}, {"kind": "upstream", "detail": "decisions will be rebuilt"}]
    plan = {"stale": [{"asset": "training_mix", "partition": None, "reasons": reasons, "known": False}], "held": [], "fresh": 9}
    row = {"asset": "conversations", "partition": "esconv", "rows": 1200, "rows_computed": 3, "seconds": 0.25}
    failed = {"asset": "raw_records", "partition": "annomi", "error": "no file"}
    skipped = {"asset": "corpus", "partition": None, "reason": "upstream failed"}
    checks = {"passed": 4, "warned": 1, "failed": 0}
    build = {"built": [row], "reused": [], "failed": [failed], "skipped": [skipped], "checks": checks, "seconds": 2.04}
    for name, content in (("plan.json", plan), ("build.json", build)):
        (tmp_path / name).write_text(json.dumps(content))
    done = run(sys.executable, ".ci/summary", str(tmp_path / "plan.json"), str(tmp_path / "build.json"))
    assert done.stdout.splitlines() == [
        "## Backfill",
        "",
        "1 built, 0 reused, 1 failed, 1 skipped, 9 were up to date; 2.0 s",
        "",
        "checks: 4 passed, 1 warned, 0 failed",
        "",
        "| asset | source | rows | computed | seconds |",
        "| --- | --- | ---: | ---: | ---: |",
        "| conversations | esconv | 1,200 | 3 | 0.2 |",
        "",
        "### Why",
        "",
        "- training_mix: settings: mix.target 5 → 6",
        "",
        "### What was not built",
        "",
        "- raw_records[annomi] failed: no file",
        "- corpus skipped: upstream failed",
    ]
