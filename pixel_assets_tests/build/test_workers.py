"""Helper processes: results in order, failures that are heard, and nothing left behind."""

from __future__ import annotations

import math
import operator
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from pixel_assets.assets.conversations import standardized
from pixel_assets.build.workers import LEAST_ROWS, helpers_for, in_order
from pixel_assets.conversation.detect import detect, sample_records
from pixel_assets.conversation.hints import SourceHints
from pixel_assets.errors import PixelError
from pixel_assets.sources.records import RAW_RECORDS

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("helpers", [1, 2])
def test_results_come_in_the_order_of_the_work_with_what_was_kept(helpers: int) -> None:
    work = [(number, f"kept {number}") for number in range(20)]
    assert list(in_order(operator.neg, work, helpers)) == [(-number, f"kept {number}") for number in range(20)]


@pytest.mark.parametrize("helpers", [1, 2])
def test_no_work_gives_no_results(helpers: int) -> None:
    assert list(in_order(operator.neg, [], helpers)) == []


@pytest.mark.parametrize("helpers", [1, 2])
def test_what_the_function_raises_is_raised_here(helpers: int) -> None:
    with pytest.raises(ValueError, match=r"math|nonnegative"):
        list(in_order(math.sqrt, [(4.0, None), (-1.0, None)], helpers))


def test_a_helper_that_ends_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(PixelError, match="PIXEL_BUILD_PROCESSES=1"):
        list(in_order(os._exit, [(9, None)], 2))


def test_work_that_is_given_up_leaves_no_helper() -> None:
    results = in_order(operator.neg, ((number, None) for number in range(100)), 2)
    next(results)
    assert len(psutil.Process().children(recursive=True)) >= 2
    results.close()
    assert not [
        child for child in psutil.Process().children(recursive=True) if "resource_tracker" not in " ".join(child.cmdline())
    ]


def test_helpers_end_with_a_process_that_is_killed() -> None:
    script = (
        "import time\n"
        "from pixel_assets.build.workers import in_order\n"
        "if __name__ == '__main__':\n"
        "    work = ((seconds, None) for seconds in [0.01] * 4 + [600] * 20)\n"
        "    for _ in in_order(time.sleep, work, 2): print('ready', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        helpers = psutil.Process(process.pid).children(recursive=True)
        assert len(helpers) >= 2
        process.kill()
    _, alive = psutil.wait_procs(helpers, timeout=30)
    assert alive == []


def test_a_batch_is_standardized_by_a_helper_as_it_is_here() -> None:
    records = ['{"Context": "I cannot sleep.", "Response": "Since when?"}', "{}", "{"]
    columns = {"source": ["s"] * 3, "file": ["f"] * 3, "row": [1, 2, 3], "record": records, "problem": [None] * 3}
    batch = pa.record_batch(columns, schema=RAW_RECORDS)
    given = (batch, detect(sample_records([batch]), "prompt_response"), SourceHints("s", "psychology"))
    ((here, _),) = in_order(standardized, [(given, None)], 1)
    ((there, _),) = in_order(standardized, [(given, None)], 2)
    assert there.conversations.equals(here.conversations)
    assert there.rejected.equals(here.rejected)
    assert here.conversations.num_rows == 1


def test_few_rows_are_worth_no_helper_and_the_setting_bounds_them() -> None:
    assert helpers_for(LEAST_ROWS - 1, 8) == 1
    assert helpers_for(LEAST_ROWS, 8) == 8
    assert helpers_for(LEAST_ROWS, 1) == 1
    assert helpers_for(LEAST_ROWS, 0) == psutil.cpu_count()
