"""Code versions: what runs counts, wherever it stands; how it is written does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.code_version import code_version

from .conftest import Package

STEP = '''
"""What this module is for."""
import re
from pixel_assets.helper import clean, LIMIT

WORD = re.compile(r"[a-z]+")


def step(table):
    """Do it."""
    return [clean(x) for x in table if len(x) > LIMIT and WORD.match(x)]


def other(table):
    return table
'''
HELPER = """
LIMIT = 10
UNUSED = 1


def clean(text: str) -> str:
    return _strip(text).lower()


def _strip(text):
    return text.strip()


def apart():
    return 1
"""

SAME = {
    "a comment": (STEP.replace("return table\n", "return table  # as it is\n"), HELPER.replace("LIMIT", "# most\nLIMIT", 1)),
    "a docstring": (STEP.replace("Do it.", "Do it well.").replace("What this", "All that this"), HELPER),
    "a docstring more": (STEP, HELPER.replace("    return _strip", '    """Clean."""\n    return _strip')),
    "a line break": (STEP.replace("x for x in table", "x\n        for x in table"), HELPER),
    "spaces": (STEP, HELPER.replace("(text).lower()", "( text ) . lower( )")),
    "quotes": (STEP.replace('r"[a-z]+"', "'[a-z]+'"), HELPER),
    "an underscore in a number": (STEP, HELPER.replace("LIMIT = 10", "LIMIT = 1_0")),
    "blank lines": (STEP.replace("\n\n\n", "\n\n\n\n\n"), HELPER.replace("\n\n\n", "\n")),
    "an annotation": (STEP.replace("step(table)", "step(table: list[str]) -> list[str]"), HELPER.replace(": str", ": 'str'")),
    "an unrelated function": (STEP.replace("    return table\n", "    return 3\n"), HELPER.replace("return 1", "return 2")),
    "an unrelated constant": (STEP, HELPER.replace("UNUSED = 1", "UNUSED = 2")),
    "an unused import": (STEP.replace("import re\n", "import re\nimport json\n"), HELPER),
    "the order of definitions": (STEP, HELPER.replace("LIMIT = 10\n", "") + "\nLIMIT = 10\n"),
}
OTHER = {
    "the function": (STEP.replace("for x in table if", "for x in table[1:] if"), HELPER),
    "a constant of the module": (STEP.replace("a-z", "a-y"), HELPER),
    "a helper elsewhere": (STEP, HELPER.replace(".lower()", ".upper()")),
    "a helper of the helper": (STEP, HELPER.replace(".strip()", ".rstrip()")),
    "a constant elsewhere": (STEP, HELPER.replace("LIMIT = 10", "LIMIT = 11")),
    "a constant that is changed later": (STEP, HELPER + "\nLIMIT += 1\n"),
    "a statement that runs on import": (STEP, HELPER + "\nprint(1)\n"),
    "a default": (STEP.replace("step(table)", "step(table, n=1)"), HELPER),
    "a decorator": (STEP, HELPER.replace("def _strip", "@apart\ndef _strip")),
}


@pytest.mark.parametrize("what", SAME)
def test_what_does_not_run_does_not_count(package: Package, what: str) -> None:
    step, helper = SAME[what]
    assert package(step=step, helper=helper)("step:step") == package(step=STEP, helper=HELPER)("step:step")


@pytest.mark.parametrize("what", OTHER)
def test_what_runs_counts(package: Package, what: str) -> None:
    step, helper = OTHER[what]
    before, after = (package(step=s, helper=h)("step:step").modules for s, h in ((STEP, HELPER), (step, helper)))
    assert set(before) == set(after) == {"pixel_assets.step", "pixel_assets.helper"}
    changed = {module for module in before if before[module] != after[module]}
    assert changed == {"pixel_assets.step"} if step != STEP else changed == {"pixel_assets.helper"}


def test_only_users_of_what_changed_change(package: Package) -> None:
    tree = {
        "shared": "def left(): return 1\ndef right(): return 2\nBOTH = 3\n",
        "a": "from pixel_assets.shared import left, BOTH\ndef a(): return left() + BOTH\n",
        "b": "from pixel_assets.shared import right, BOTH\ndef b(): return right() + BOTH\n",
    }

    def versions(**changes: str) -> list[Any]:
        version = package(**{**tree, **changes})
        return [version(name).modules for name in ("a:a", "b:b")]

    first = versions()
    left = versions(shared=tree["shared"].replace("return 1", "return 9"))
    both = versions(shared=tree["shared"].replace("BOTH = 3", "BOTH = 9"))
    assert [now == then for now, then in zip(left, first, strict=True)] == [False, True]
    assert [now == then for now, then in zip(both, first, strict=True)] == [False, False]


def test_the_package_of_a_module_can_be_its_own_namespace(package: Package) -> None:
    def modules(value: int) -> dict[str, str]:
        version = package(deep____init__=f"from . import x\nVALUE = {value}\ndef f(): return x.g()", deep__x="def g(): return 1")
        return version("deep:f").modules

    assert modules(1) == modules(2)
    assert set(modules(1)) == {"pixel_assets.deep", "pixel_assets.deep.x"}


def test_registration_by_decorator_counts_for_who_uses_the_registry(package: Package) -> None:
    text = (
        "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\n"
        "@register\ndef one(): return 1\ndef step(): return TABLE['one']()"
    )
    assert package(step=text)("step:step") != package(step=text.replace("return 1", "return 2"))("step:step")


def test_registration_on_a_function_counts_for_who_calls_it(package: Package) -> None:
    text = (
        "from functools import singledispatch\n@singledispatch\ndef f(x): return 0\n"
        "@f.register\ndef _(x: int): return 1\ndef step(x): return f(x)"
    )
    assert package(step=text)("step:step") != package(step=text.replace("return 1", "return 2"))("step:step")


def test_branches_of_a_module_count_with_their_condition(package: Package) -> None:
    text = "FLAG = True\nif FLAG:\n    X = 1\nelse:\n    X = 2\ndef step(): return X"
    first = package(step=text)("step:step")
    assert package(step=text.replace("FLAG = True", "FLAG = False"))("step:step") != first
    assert package(step=text.replace("if FLAG", "if not FLAG"))("step:step") != first


def test_imports_for_type_checkers_do_not_count(package: Package) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pixel_assets.x import T\ndef step(a: T): return a"
    version = package(step=text, x="class T: ...")("step:step")
    assert set(version.modules) == {"pixel_assets.step"}


def test_what_stands_in_for_type_checkers_counts(package: Package) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    X: int\nelse:\n    X = 1\ndef step(): return X"
    assert package(step=text)("step:step") != package(step=text.replace("X = 1", "X = 2"))("step:step")


def test_stars_that_go_in_circles_come_to_an_end(package: Package) -> None:
    version = package(
        step="from pixel_assets.x import *\ndef step(): return f(), g, undefined",
        x="from pixel_assets.step import *\nfrom pixel_assets.y import *\n",
        y="from pixel_assets.x import *\ndef f(): return 1\ng = 2\nh = 3",
    )("step:step")
    assert set(version.modules) == {"pixel_assets.step", "pixel_assets.x", "pixel_assets.y"}


def test_types_in_signatures_do_not_count_but_fields_of_classes_do(package: Package) -> None:
    text = "from pixel_assets.x import T\ndef step(a: T, *b: T, **c: T) -> T:\n    d: T = a\n    return d"
    assert set(package(step=text, x="class T: ...")("step:step").modules) == {"pixel_assets.step"}
    fields = "from pixel_assets.x import T\nclass C:\n    a: T\n    b: int = 1\ndef step(): return C"
    first = package(step=fields, x="class T: ...")("step:step")
    assert set(first.modules) == {"pixel_assets.step", "pixel_assets.x"}
    assert package(step=fields.replace("b: int", "b: str"), x="class T: ...")("step:step") != first


def test_circles_come_to_an_end(package: Package) -> None:
    version = package(
        step="from pixel_assets.x import f\ndef step(): return f()\ndef back(): return step()",
        x="from pixel_assets import step\ndef f(): return g()\ndef g(): return f() or step.back()",
    )("step:step")
    assert set(version.modules) == {"pixel_assets.step", "pixel_assets.x"}


def test_libraries_are_named_and_not_followed(package: Package) -> None:
    text = (
        "import numpy as np\nimport pyarrow.compute as pc\nfrom os import path\nimport json\n"
        "def step():\n    import zlib\n    return np.array, pc.equal, path.join, zlib"
    )
    assert package(step=text)("step:step").libraries == frozenset({"numpy", "pyarrow", "os", "zlib"})


def test_a_method_counts_as_its_whole_class(package: Package) -> None:
    text = "class C:\n    def f(self): return 1\n    def g(self): return 2\n"
    assert package(step=text)("step:C.f") == package(step=text)("step:C.g")
    assert package(step=text)("step:C.f") != package(step=text.replace("return 2", "return 3"))("step:C.f")


def test_a_nested_function_counts_as_its_outer_one(package: Package) -> None:
    text = "def outer():\n    def inner(): return 1\n    return inner\n"
    assert package(step=text)("step:outer.<locals>.inner") == package(step=text)("step:outer")


def test_a_name_that_is_nowhere_is_no_error(package: Package) -> None:
    text = "from pixel_assets.x import missing\nfrom pixel_assets.gone import f\ndef step(): return missing(), f(), undefined"
    assert set(package(step=text, x="")("step:step").modules) == {"pixel_assets.step", "pixel_assets.x"}


def test_every_step_and_check_of_the_real_graph_has_a_code_version() -> None:
    for function in [*(step.compute for step in GRAPH.steps), *(check.run for check in GRAPH.checks)]:
        assert function.__module__ in code_version(function).modules


def test_no_step_depends_on_the_shell_or_on_orchestration() -> None:
    rooms = {module.split(".")[1] for step in GRAPH.steps for module in code_version(step.compute).modules}
    assert rooms.isdisjoint({"cli", "shell", "orchestration", "checks", "definitions", "settings"})


def test_a_process_keeps_the_version_of_the_code_that_it_runs(package: Package, tmp_path: Path) -> None:
    version = package(step="def step(): return 1")
    first = version("step:step")
    path = next(tmp_path.rglob("step.py"))
    path.write_text("def step(): return 2")
    assert version("step:step") == first
