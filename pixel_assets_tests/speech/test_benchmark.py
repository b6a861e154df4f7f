from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_figures_of_transcribe_say_that_all_goals_are_met(shared_data: Path) -> None:
    command = [sys.executable, str(REPOSITORY / "benchmarks" / "transcribe.py"), "--json", "--voice", str(shared_data / "voice")]
    variables = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, env=variables, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = {figure["name"]: figure for figure in json.loads(done.stdout)}
    rates = [figure for name, figure in figures.items() if name.startswith("wer ")]
    assert len(rates) == 9
    assert {figure["met"] for figure in rates} == {True, None}
    assert figures["recordings in the encodings of one"]["value"] == 1
    assert figures["non-speech files left out"]["reasons"] == ["no_speech"]
