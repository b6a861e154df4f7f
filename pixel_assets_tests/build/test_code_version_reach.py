"""Every way in which Python code reaches a definition is followed to it, and to nothing beside it."""

from __future__ import annotations

import pytest

from .conftest import Package

# How a step reaches `target` of the module deep/m.py.
REACHES = {
    "from import": """
from pixel_assets.deep.m import target
def step(): return target()
""",
    "alias": """
from pixel_assets.deep.m import target as t
def step(): return t()
""",
    "module": """
from pixel_assets.deep import m
def step(): return m.target()
""",
    "module alias": """
from pixel_assets.deep import m as n
def step(): return n.target()
""",
    "dotted import": """
import pixel_assets.deep.m
def step(): return pixel_assets.deep.m.target()
""",
    "dotted import alias": """
import pixel_assets.deep.m as n
def step(): return n.target()
""",
    "two dotted imports": """
import pixel_assets.other
import pixel_assets.deep.m
def step(): return pixel_assets.deep.m.target()
""",
    "relative module": """
from .deep import m
def step(): return m.target()
""",
    "relative name": """
from .deep.m import target
def step(): return target()
""",
    "inside a function": """
def step():
    from pixel_assets.deep.m import target
    return target()
""",
    "inside a function, module": """
def step():
    import pixel_assets.deep.m as n
    return n.target()
""",
    "inside a nested function": """
def step():
    def inner():
        from pixel_assets.deep import m
        return m.target()
    return inner()
""",
    "through another module": """
from pixel_assets.between import relay
def step(): return relay()
""",
    "re-exported": """
from pixel_assets.deep import target
def step(): return target()
""",
    "as a value": """
from pixel_assets.deep.m import target
def step(): return map(target, [])
""",
    "in a table of functions": """
from pixel_assets.deep.m import target
TABLE = {'x': target}
def step(): return TABLE['x']()
""",
    "in a table filled later": """
from pixel_assets.deep.m import target
TABLE = {}
TABLE['x'] = target
def step(): return TABLE['x']()
""",
    "as a default": """
from pixel_assets.deep.m import target
def step(f=target): return f()
""",
    "as a decorator": """
from pixel_assets.deep.m import target
@target
def step(): return 1
""",
    "in a method": """
from pixel_assets.deep.m import target
class C:
    def f(self): return target()
def step(): return C().f()
""",
    "in a property of a base class": """
from pixel_assets.deep.m import target
class B:
    @property
    def f(self): return target()
class C(B): ...
def step(): return C().f
""",
    "as a base class": """
from pixel_assets.deep.m import target
class C(target): ...
def step(): return C()
""",
    "as the type of a field": """
from pixel_assets.deep.m import target
class C:
    x: target
def step(): return C
""",
    "in a lambda": """
from pixel_assets.deep.m import target
F = lambda: target()
def step(): return F()
""",
    "in a comprehension": """
from pixel_assets.deep import m
ALL = [m.target(i) for i in range(3)]
def step(): return ALL
""",
    "in a loop of the module": """
from pixel_assets.deep.m import target
ALL = []
for i in range(3):
    ALL.append(target(i))
def step(): return ALL
""",
    "in an if of the module": """
from pixel_assets.deep.m import target
if True:
    F = target
else:
    F = None
def step(): return F()
""",
    "in the condition of an if": """
from pixel_assets.deep.m import target
if target():
    F = 1
else:
    F = 2
def step(): return F
""",
    "in a try of the module": """
try:
    from pixel_assets.deep.m import target
except ImportError:
    target = None
def step(): return target()
""",
    "in a with of the module": """
from pixel_assets.deep.m import target
with target() as F:
    G = F
def step(): return G
""",
    "through a star": """
from pixel_assets.deep.m import *
def step(): return target()
""",
    "as an attribute of an attribute": """
from pixel_assets import deep
def step(): return deep.m.target.x
""",
    "in a string that is formatted": """
from pixel_assets.deep.m import target
def step(): return f'{target()}'
""",
    "in a match": """
from pixel_assets.deep import m
def step(x):
    match x:
        case m.target: return 1
""",
    "assigned to an imported name": """
from pixel_assets.deep import m
from pixel_assets.other import KEY
TABLE = {}
TABLE[KEY] = m.target
def step(): return TABLE, KEY
""",
    "set on an imported module": """
from pixel_assets import other
from pixel_assets.deep.m import target
other.KEY = target
def step(): return other.KEY
""",
    "async": """
from pixel_assets.deep.m import target
async def inner(): return target()
def step(): return inner()
""",
    "global": """
from pixel_assets.deep.m import target
X, Y = None, target
def step(): return Y()
""",
}
DEEP = "def target(): return 1\n\n\ndef beside(): return 1\n"


@pytest.mark.parametrize("how", REACHES)
def test_every_way_to_reach_a_definition_is_followed(package: Package, how: str) -> None:
    def modules(deep: str) -> dict[str, str]:
        return package(
            step=REACHES[how], deep__m=deep, deep____init__="from .m import target", other="KEY = 1",
            between="from .deep.m import target\ndef relay(): return target()",
        )("step:step").modules  # fmt: skip

    first = modules(DEEP)
    assert modules(DEEP.replace("target(): return 1", "target(): return 2")) != first
    assert modules(DEEP.replace("beside(): return 1", "beside(): return 2")) == first
