"""Reading the knowledge base: a folder of YAML files becomes entries and references that fit together.

In: ``references*.yaml`` and any other ``*.yaml``, each a mapping from ids to entries. Out: :class:`Knowledge`.
Every mistake is found in one pass and named with file and line; ``python -m pixel_assets.knowledge.load`` lists them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.details import Assessment, Instrument
from pixel_assets.knowledge.entry_files import Family, Problem, close_names, read_entries
from pixel_assets.knowledge.model import ENTRY, TARGETS, Entry, Knowledge, Reference
from pixel_assets.typed_yaml import Loc, yaml_files

DATA: Final = Path(__file__).parent / "data"
_KEYS: Final = "pixel_assets/knowledge/details.py and model.py say which keys there are"


@dataclass(frozen=True)
class Checked:
    """The entries of a folder that are right by themselves, and all that is wrong with the others or between them."""

    knowledge: Knowledge
    problems: tuple[KnowledgeError, ...]  # by file and line


def load_knowledge(folder: Path = DATA) -> Knowledge:
    """Read a knowledge base; raises the first :class:`KnowledgeError` by file and line if anything in it is wrong."""
    checked = check_knowledge(folder)
    if checked.problems:
        raise checked.problems[0]
    return checked.knowledge


def check_knowledge(folder: Path = DATA) -> Checked:
    """Read a knowledge base and find all mistakes; raises :class:`KnowledgeError` where no data file is."""
    files = yaml_files(folder, error=KnowledgeError)
    entries, references = Family(ENTRY.validate_python, _KEYS), Family(Reference.model_validate, _KEYS)
    problems: list[Problem] = []
    for file in files:
        problems += read_entries(file, references) if file.name.startswith("references") else read_entries(file, entries)
    problems += _dangling(entries, references)
    return Checked(
        Knowledge(dict(sorted(entries.read.items())), dict(sorted(references.read.items()))),
        tuple(problem.error() for problem in sorted(problems)),
    )


def _dangling(entries: Family[Entry], references: Family[Reference]) -> Iterator[Problem]:
    """Relations, references and items that lead nowhere, or to an entry of the wrong kind."""
    for name, entry in entries.read.items():
        place = entries.places[name]
        for loc, how, to, kinds in _links(entry):
            if to not in entries.places:
                yield place.problem(loc, f"{how} leads to no entry: {to!r}", close_names(to, entries.places))
            elif to in entries.read and kinds and (kind := entries.read[to].kind) not in kinds:
                what = f"{how} leads to {to!r}, of kind {kind}"
                yield place.problem(loc, what, f"It must lead to an entry of kind {' or '.join(sorted(kinds))}")
        for number, reference in enumerate(entry.references):
            if reference not in references.places:
                what = f"there is no reference {reference!r}"
                yield place.problem(("references", number), what, close_names(reference, references.places))


def _links(entry: Entry) -> Iterator[tuple[Loc, str, str, frozenset[str]]]:
    """All that leads from an entry to another: path, words for it, id, and the kinds that the other may have."""
    for number, relation in enumerate(entry.relations):
        kinds = TARGETS.get(relation.how, frozenset())
        yield ("relations", number, "to"), f"the relation {relation.how!r}", relation.to, kinds
    if isinstance(entry.details, Instrument | Assessment):
        for number, item in enumerate(entry.details.items):
            for key, to in (("trait", item.trait), ("facet", item.facet)):
                if to is not None:
                    yield ("details", "items", number, key), f"the {key} of an item", to, frozenset({key})


def main(folder: Path = DATA) -> int:
    """Write all mistakes, or how many entries there are of each kind; the exit code is 1 where something is wrong."""
    checked = check_knowledge(folder)
    counts = Counter(entry.kind for entry in checked.knowledge.entries.values())
    lines = [str(problem) for problem in checked.problems]
    lines += [f"{count:5,}  {kind}" for kind, count in sorted(counts.items())]
    relations = sum(len(entry.relations) for entry in checked.knowledge.entries.values())
    lines.append(
        f"{len(checked.knowledge.entries):,} entries, {relations:,} relations, {len(checked.knowledge.references):,} references, "
        f"{len(checked.problems):,} mistakes"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if checked.problems else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
