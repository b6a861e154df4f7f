"""A module as syntax: which names it defines by which statements, what a statement uses, and how it is spelled bare."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

Import = ast.Import | ast.ImportFrom


@dataclass
class Module:
    name: str
    package: str  # that relative imports are relative to
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    loose: list[ast.stmt] = field(default_factory=list)  # statements that run at import and bind no name


@cache
def parse(name: str, path: Path) -> Module:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    module = Module(name, package)
    _collect(module, ast.parse(path.read_bytes()).body, first=True)
    for table, entered in list(_registrations(module)):
        module.definitions[table].append(entered)
    return module


def _collect(module: Module, body: list[ast.stmt], *, first: bool = False) -> None:
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


def _registrations(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Decorated definitions with what their decorators may enter them in: ``@f.register`` in f, ``@register`` in any
    table of the module that the function ``register`` uses.
    """
    decorated = {id(node): node for nodes in module.definitions.values() for node in nodes if getattr(node, "decorator_list", [])}
    for node in decorated.values():
        for decorator in getattr(node, "decorator_list", []):
            chain = next(_chains(decorator.func if isinstance(decorator, ast.Call) else decorator), ("",))
            made = [part for part in module.definitions.get(chain[0], []) if not isinstance(part, Import)]
            if made and len(chain) > 1:
                yield chain[0], node
            for part in made:
                if isinstance(part, ast.FunctionDef):
                    yield from (
                        (name, node) for name in dict.fromkeys(use[0] for use in uses(part).chains) if _is_table(module, name)
                    )


def _is_table(module: Module, name: str) -> bool:
    return any(isinstance(node, ast.Assign | ast.AnnAssign) for node in module.definitions.get(name, []))


@dataclass(frozen=True)
class Uses:
    """What a statement uses: chains of names, and the imports inside it by the name they bind."""

    chains: tuple[tuple[str, ...], ...]
    imports: dict[str, ast.Import | ast.ImportFrom]


@cache
def uses(node: ast.stmt) -> Uses:
    imports = {
        alias.asname or alias.name.split(".")[0]: inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
        for alias in inner.names
    }
    return Uses(tuple(dict.fromkeys(_chains(_bare(node)))), imports)


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
    result: ast.AST = _Bare().visit(pickle.loads(pickle.dumps(node, pickle.HIGHEST_PROTOCOL)))  # copies in C
    return result


@cache
def spelled(node: ast.stmt) -> str:
    return ast.dump(_bare(node), annotate_fields=False)
