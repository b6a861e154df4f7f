"""Reading the edge cases: a folder of YAML files becomes cases whose requirements and entries are all there.

In: ``requirements*.yaml``, and any other ``*.yaml`` with cases, each a mapping from ids. Out: :class:`EdgeCase` by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.edge_cases.model import EdgeCase, Requirement, WrittenCase, in_full
from pixel_assets.knowledge.entry_files import Family, Problem, close_names, read_entries
from pixel_assets.knowledge.model import Knowledge
from pixel_assets.typed_yaml import Loc, yaml_files

DATA: Final = Path(__file__).parent / "data"
_KEYS: Final = "pixel_assets/generation/edge_cases/model.py says which keys there are"


def load_edge_cases(knowledge: Knowledge, folder: Path = DATA) -> Mapping[str, EdgeCase]:
    """The edge cases of a folder, in the order of their ids.

    ``knowledge`` is what their entries and references must be in. Raises the first :class:`KnowledgeError` by file and
    line if anything is wrong, and one where no data file is.
    """
    files = yaml_files(folder, error=KnowledgeError)
    requirements, cases = Family(Requirement.model_validate, _KEYS), Family(WrittenCase.model_validate, _KEYS)
    problems: list[Problem] = []
    for file in files:
        is_requirements = file.name.startswith("requirements")
        problems += read_entries(file, requirements) if is_requirements else read_entries(file, cases)
    problems += _dangling(cases, requirements, knowledge)
    if problems:
        raise min(problems).error()
    read = requirements.read
    return MappingProxyType({name: in_full(name, case, read) for name, case in sorted(cases.read.items())})


def _dangling(cases: Family[WrittenCase], requirements: Family[Requirement], knowledge: Knowledge) -> Iterator[Problem]:
    """Names in a case that lead nowhere, requirements of the wrong kind, and those that nothing says."""
    for name, case in cases.read.items():
        place = cases.places[name]
        for loc, kind, item in _named(case):
            if item not in requirements.places:
                hint = close_names(item, requirements.places)
                yield place.problem(loc, f"there is no requirement {item!r}", hint)
            elif item in requirements.read and requirements.read[item].kind != kind:
                yield place.problem(loc, f"{item!r} is no requirement of kind {kind}", "Name it under the kind that it has")
        for item, asked in case.must.items():
            if item in requirements.read and not asked.says and not requirements.read[item].says:
                yield place.problem(("must", item), f"nothing says how {item!r} is fulfilled", "Give it 'says', here or there")
        for number, bad in enumerate(case.bad):
            for item in bad.breaks:
                if item not in case.must and item not in case.must_not:
                    what = f"{item!r} is no requirement of this case"
                    yield place.problem(("bad", number, "breaks"), what, close_names(item, (*case.must, *case.must_not)))
        known = (("entries", case.entries, knowledge.entries), ("references", case.references, knowledge.references))
        for key, names, there in known:
            yield from (
                place.problem((key, number), f"{other!r} is not in the knowledge base", close_names(other, there))
                for number, other in enumerate(names)
                if other not in there
            )


def _named(case: WrittenCase) -> Iterator[tuple[Loc, str, str]]:
    for item in case.must:
        yield ("must", item), "must", item
    for number, item in enumerate(case.must_not):
        yield ("must_not", number), "must_not", item
