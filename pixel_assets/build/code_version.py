"""Code versions: what code an asset's data depends on, as far as its syntax tree says.

Starting from a function, every definition of this package that it reaches by name counts: functions,
classes, constants, imported helpers. Comments, docstrings, formatting and annotations do not, nor does
code that is never reached. Where names cannot be followed (a module passed as a value) the whole module
counts; too much is safe, too little is not. A process reads each file once: the version is that of the
code it runs.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pixel_assets.build.syntax import Import, Module, parse, spelled, uses

PACKAGE = "pixel_assets"


@dataclass(frozen=True)
class CodeVersion:
    """Hash of the reached definitions of each module, and the libraries that they import."""

    modules: dict[str, str]
    libraries: frozenset[str]


def code_version(function: Callable[..., Any], root: Path | None = None) -> CodeVersion:
    """Code version of a function of this package (``root``: the folder that holds the package)."""
    folder = root or Path(__file__).parents[2]
    walk = _Walk(folder)
    walk.visit(function.__module__, function.__qualname__.split(".")[0])
    return CodeVersion(walk.digests(), frozenset(walk.libraries))


class _Walk:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: dict[str, dict[str, list[ast.stmt]]] = {}
        self.libraries: set[str] = set()

    def digests(self) -> dict[str, str]:
        found = {}
        for module, names in sorted(self._seen.items()):
            digest = hashlib.sha256()
            for name, nodes in sorted(names.items()):
                digest.update(name.encode() + b"\0" + "\0".join(spelled(node) for node in nodes).encode() + b"\0")
            found[module] = digest.hexdigest()[:16]
        return found

    def visit(self, module: str, name: str) -> None:
        """Count a definition and, through the names that it uses, all that it reaches."""
        content = self._load(module)
        if content is None:
            self.libraries.add(module.split(".")[0])
            return
        if module not in self._seen:
            self._seen[module] = {"": content.loose}
            for node in content.loose:
                self._follow(content, node)
        if name in self._seen[module]:
            return
        nodes = content.definitions.get(name)
        if nodes is None:
            self._visit_unnamed(content, name)
            return
        self._seen[module][name] = [node for node in nodes if not isinstance(node, Import)]
        for node in nodes:
            self._follow(content, node, name)

    def _visit_unnamed(self, module: Module, name: str) -> None:
        """A name that the module does not spell out: a submodule, or what a star brings."""
        if _find(self._root, f"{module.name}.{name}"):
            self.visit_all(f"{module.name}.{name}")
        elif "*" in module.definitions:
            self._seen[module.name][name] = []  # before anything is followed, for stars may go in circles
            for statement in module.definitions["*"]:
                if isinstance(statement, ast.ImportFrom):
                    self.visit(_absolute(module, statement), name)

    def visit_all(self, module: str) -> None:
        content = self._load(module)
        if content is not None:
            for name in [*content.definitions, ""]:
                self.visit(module, name)

    def _load(self, module: str) -> Module | None:
        path = _find(self._root, module)
        return parse(module, path) if path else None

    def _follow(self, module: Module, node: ast.stmt, imported: str | None = None) -> None:
        if isinstance(node, Import):
            self._bind(module, node, imported, used_as=None)
            return
        used = uses(node)
        for chain in used.chains:
            name = chain[0]
            if name in used.imports:
                self._bind(module, used.imports[name], name, used_as=chain[1:])
            elif name in module.definitions:
                for statement in module.definitions[name]:
                    if isinstance(statement, Import):
                        self._bind(module, statement, name, used_as=chain[1:])
                    else:
                        self.visit(module.name, name)
            elif "*" in module.definitions and not hasattr(builtins, name):
                self.visit(module.name, name)

    def _bind(self, module: Module, node: Import, name: str | None, used_as: tuple[str, ...] | None) -> None:
        """Follow an imported name to what it stands for, ``used_as`` being the attributes taken from it."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                if name in (None, alias.asname or alias.name.split(".")[0]):
                    dotted = alias.name if alias.asname else alias.name.split(".")[0]
                    self._use_module(dotted, used_as)
            return
        source = _absolute(module, node)
        for alias in node.names:
            if name not in (None, alias.asname or alias.name):
                continue
            if alias.name == "*":
                self.visit_all(source)
            elif _find(self._root, f"{source}.{alias.name}"):
                self._use_module(f"{source}.{alias.name}", used_as)
            else:
                self.visit(source, alias.name)

    def _use_module(self, module: str, attributes: tuple[str, ...] | None) -> None:
        if _find(self._root, module) is None:
            self.libraries.add(module.split(".")[0])
        elif not attributes:
            self.visit_all(module)
        elif _find(self._root, f"{module}.{attributes[0]}"):
            self._use_module(f"{module}.{attributes[0]}", attributes[1:])
        else:
            self.visit(module, attributes[0])


def _find(root: Path, module: str) -> Path | None:
    if module.split(".")[0] != PACKAGE:
        return None
    return _module_path(root, module)


@cache
def _module_path(root: Path, module: str) -> Path | None:
    path = root.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    base = module.package.split(".")
    base = base[: len(base) - (node.level - 1)]
    return ".".join([*base, *([node.module] if node.module else [])])


