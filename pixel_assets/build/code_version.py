"""Code versions: what code an asset's data depends on, as far as its syntax tree says.

Starting from a function, every definition of this package that it reaches by name counts: functions,
classes, constants, imported helpers. Comments, docstrings, formatting and annotations do not, nor does
code that is never reached. Where names cannot be followed (a module passed as a value) the whole module counts; too
much is safe, too little is not. A process reads each file once: the version is that of the code it runs.
"""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = "pixel_assets"
_Import = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class CodeVersion:
    """Hash of the reached definitions of each module, and the libraries that they import."""

    modules: dict[str, str]
    libraries: frozenset[str]


@dataclass
class _Module:
    name: str
    package: str  # that relative imports are relative to
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    loose: list[ast.stmt] = field(default_factory=list)  # statements that run at import and bind no name


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
                digest.update(name.encode() + b"\0" + "\0".join(_spelled(node) for node in nodes).encode() + b"\0")
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
        self._seen[module][name] = [node for node in nodes if not isinstance(node, _Import)]
        for node in nodes:
            self._follow(content, node, name)

    def _visit_unnamed(self, module: _Module, name: str) -> None:
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

    def _load(self, module: str) -> _Module | None:
        path = _find(self._root, module)
        return _parse(module, path) if path else None

    def _follow(self, module: _Module, node: ast.stmt, imported: str | None = None) -> None:
        if isinstance(node, _Import):
            self._bind(module, node, imported, used_as=None)
            return
        uses = _uses(node)
        for chain in uses.chains:
            name = chain[0]
            if name in uses.imports:
                self._bind(module, uses.imports[name], name, used_as=chain[1:])
            elif name in module.definitions:
                for statement in module.definitions[name]:
                    if isinstance(statement, _Import):
                        self._bind(module, statement, name, used_as=chain[1:])
                    else:
                        self.visit(module.name, name)
            elif "*" in module.definitions and not hasattr(builtins, name):
                self.visit(module.name, name)

    def _bind(self, module: _Module, node: _Import, name: str | None, used_as: tuple[str, ...] | None) -> None:
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


@cache
def _parse(name: str, path: Path) -> _Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    module = _Module(name, package)
    _collect(module, ast.parse(path.read_bytes()).body, first=True)
    for table, entered in list(_registrations(module)):
        module.definitions[table].append(entered)
    return module


def _collect(module: _Module, body: list[ast.stmt], *, first: bool = False) -> None:
    for i, node in enumerate(body):
        if first and i == 0 and _is_docstring(node):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            _collect(module, node.orelse)
            continue
        names = list(_bound(node))
        if not names and isinstance(node, ast.If | ast.Try | ast.With):
            conditions = [node.test] if isinstance(node, ast.If) else [i.context_expr for i in getattr(node, "items", [])]
            module.loose += [ast.Expr(condition) for condition in conditions]
            for part in ("body", "orelse", "finalbody"):
                _collect(module, getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                _collect(module, handler.body)
        elif not names and not _is_future_import(node) and not _is_docstring(node):
            module.loose.append(node)
        for name in names:
            module.definitions.setdefault(name, []).append(node)


def _bound(node: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        if not _is_future_import(node):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from _changed(target)


def _changed(target: ast.expr) -> Iterator[str]:
    """Names that an assignment binds or changes: X[...] = y and X.a = y count as part of X."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        yield from _changed(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _changed(element)


def _registrations(module: _Module) -> Iterator[tuple[str, ast.stmt]]:
    """Decorated definitions with what their decorators may enter them in: ``@f.register`` in f, ``@register`` in any
    table of the module that the function ``register`` uses.
    """
    decorated = {id(node): node for nodes in module.definitions.values() for node in nodes if getattr(node, "decorator_list", [])}
    for node in decorated.values():
        for decorator in getattr(node, "decorator_list", []):
            chain = next(_chains(decorator.func if isinstance(decorator, ast.Call) else decorator), ("",))
            made = [part for part in module.definitions.get(chain[0], []) if not isinstance(part, _Import)]
            if made and len(chain) > 1:
                yield chain[0], node
            for part in made:
                if isinstance(part, ast.FunctionDef):
                    yield from (
                        (name, node) for name in dict.fromkeys(use[0] for use in _uses(part).chains) if _is_table(module, name)
                    )


def _is_table(module: _Module, name: str) -> bool:
    return any(isinstance(node, ast.Assign | ast.AnnAssign) for node in module.definitions.get(name, []))


@dataclass(frozen=True)
class _Uses:
    """What a statement uses: chains of names, and the imports inside it by the name they bind."""

    chains: tuple[tuple[str, ...], ...]
    imports: dict[str, ast.Import | ast.ImportFrom]


@cache
def _uses(node: ast.stmt) -> _Uses:
    imports = {
        alias.asname or alias.name.split(".")[0]: inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
        for alias in inner.names
    }
    return _Uses(tuple(dict.fromkeys(_chains(_bare(node)))), imports)


def _chains(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """Every name that is used, with the attributes taken from it: ``a.b.c()`` gives ('a', 'b', 'c')."""
    inner: set[int] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and id(part) not in inner:
            names: list[str] = []
            value: ast.expr = part
            while isinstance(value, ast.Attribute):
                names.append(value.attr)
                inner.add(id(value))
                value = value.value
            if isinstance(value, ast.Name):
                inner.add(id(value))
                yield (value.id, *reversed(names))
        elif isinstance(part, ast.Name) and id(part) not in inner:
            yield (part.id,)


def _absolute(module: _Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    base = module.package.split(".")
    base = base[: len(base) - (node.level - 1)]
    return ".".join([*base, *([node.module] if node.module else [])])


def _is_future_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


class _Bare(ast.NodeTransformer):
    """Leaves out what does not run: docstrings (any bare string) and annotations outside of class bodies.

    Annotations in a class body stay, for dataclasses and settings models are made from them.
    """

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [part for part in body if not _is_docstring(part)] or [ast.Pass()]  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return node if node.value is None else ast.Assign(targets=[node.target], value=node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        fields = {i: part for i, part in enumerate(node.body) if isinstance(part, ast.AnnAssign)}
        for i in fields:
            node.body[i] = ast.Pass()
        self.generic_visit(node)
        node.body = [*fields.values(), *node.body]
        return node


@cache
def _bare(node: ast.stmt) -> ast.AST:
    result: ast.AST = _Bare().visit(copy.deepcopy(node))
    return result


@cache
def _spelled(node: ast.stmt) -> str:
    return ast.dump(_bare(node), annotate_fields=False)
