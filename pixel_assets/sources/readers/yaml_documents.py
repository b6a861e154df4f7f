"""YAML: one record a document; a document that is a list gives one record for each element.

Scalars are text but for true, false, null and numbers as JSON writes them: the rest of YAML's guessing
would turn ``no`` into false, ``12:30`` into 750 and ``007`` into 7. A tag that is not known is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import yaml

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.rows import Row, Unreadable, to_batches

MAX_CHARS = 64 * 2**20
MAX_DEPTH = 200
MAX_NODES = 10_000_000  # with every alias written out


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as in the class above


def _ignore_tag(loader: _Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]{0,17})$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,14}|\.[0-9]{1,14}[eE][-+]?[0-9]{1,2})$"),
    list("-0123456789"),
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"<<$"), ["<"])
for _kept in ("timestamp", "binary", "set", "omap", "pairs"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kept}", _ignore_tag)
_Loader.add_constructor(None, _ignore_tag)


def read_yaml(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Rows numbered from 1; raises Unreadable where the text is no YAML or its aliases multiply without end."""
    with content.text() as stream:
        text = stream.read(MAX_CHARS)
        if stream.read(1):
            raise Unreadable(f"a YAML file of more than {MAX_CHARS // 2**20} MiB, which must be read as a whole")
    yield from to_batches(_rows(text), batch_rows)


def _rows(text: str) -> Iterator[Row]:
    number = 0
    for document in _documents(text):
        for record in document if isinstance(document, list) else [document]:
            number += 1
            try:
                yield Row(number, orjson.dumps(record, option=orjson.OPT_NON_STR_KEYS))
            except (orjson.JSONEncodeError, RecursionError):
                yield Row(number, None, "invalid_record: the YAML cannot be written as JSON")


def _refuse_depth(text: str) -> None:
    """Raises Unreadable for what is nested too deep: composing nodes would overrun the stack of the process."""
    depth = 0
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise Unreadable(f"YAML that is nested more than {MAX_DEPTH} deep")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return  # met again where the documents are read


def _documents(text: str) -> Iterator[Any]:
    _refuse_depth(text)
    number = 0
    try:
        loader = _Loader(text)
        while loader.check_node():
            number += 1
            node = loader.get_node()
            if node is not None and _written_out(node, {}) > MAX_NODES:
                raise Unreadable(f"document {number} is a bomb: its aliases repeat each other without end")
            document = loader.construct_document(node)
            if document is not None:
                yield document
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise Unreadable(f"not valid YAML {_place(error) or f'in document {number}'}") from error


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"at line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _written_out(node: yaml.Node, known: dict[int, int]) -> int:
    """How many nodes there are with every alias replaced by what it stands for; too many for one within itself."""
    if id(node) not in known:
        known[id(node)] = MAX_NODES + 1  # until its parts are counted: it is not to be met among them
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            parts = node.value
        elif isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        known[id(node)] = 1 + sum(_written_out(part, known) for part in parts)
    return known[id(node)]
