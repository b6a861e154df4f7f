"""What a text file holds, told from its beginning; the name's ending only breaks ties."""

from __future__ import annotations

import re

import orjson

LINES = 20
LINE_END = re.compile(r"\r\n|\n|\r")  # str.splitlines also cuts at separators that may stand within JSON
XML_SUFFIXES = (".xml", ".xhtml", ".cnxml")
HTML_SUFFIXES = (".html", ".htm")
YAML_SUFFIXES = (".yaml", ".yml")
JSON_LINES_SUFFIXES = (".jsonl", ".ndjson", ".jsonlines")
DELIMITED_SUFFIXES = (".csv", ".tsv", ".tab")


def sniff(head: str, suffix: str, *, complete: bool) -> str:
    """Kind of a file from its first characters.

    ``complete`` says that ``head`` is the whole file. One of json_lines, json_array, json_document,
    delimited, xml, yaml and plain.
    """
    # A last line that may be cut off says nothing, unless it is the only one
    lines = [line for line in LINE_END.split(head) if line.strip()]
    if not complete and len(lines) > 1:
        lines.pop()
    first = lines[0].strip().lstrip("\ufeff") if lines else ""
    if suffix in HTML_SUFFIXES:
        return "plain"
    if first.startswith("<?xml") or (suffix in XML_SUFFIXES and first.startswith("<")):
        return "xml"
    if suffix in YAML_SUFFIXES and first:
        return "yaml"
    if suffix in JSON_LINES_SUFFIXES:
        return "json_array" if first.startswith("[") and not _is_json_lines(lines) else "json_lines"
    if suffix not in DELIMITED_SUFFIXES and first.startswith(("{", "[")):
        return _json_kind(lines, first, suffix)
    if suffix == ".json":
        return "json_document"
    if suffix in DELIMITED_SUFFIXES or _is_tab_separated(lines):
        return "delimited"
    return "plain"


def _json_kind(lines: list[str], first: str, suffix: str) -> str:
    if len(lines) > 1 and _is_json_lines(lines):
        return "json_lines"
    if suffix == ".json" or first in ("[", "{"):
        return "json_array" if first.startswith("[") else "json_document"
    if first.startswith("["):
        # Prose may begin with a bracket: [Music], [00:01]
        return "json_array" if first[1:].lstrip()[:1] in ("{", "[", '"') else "plain"
    return "json_document" if first[1:].lstrip()[:1] in ('"', "}") else "plain"


def _is_json_lines(lines: list[str]) -> bool:
    """Whether most of the first lines are JSON objects or arrays by themselves, the first among them.

    A pretty-printed document has few such lines, a damaged JSON Lines file still has many.
    """
    looked = lines[:LINES]
    whole = [_is_json_container(line) for line in looked]
    return len(looked) > 1 and sum(whole) * 2 > len(looked)


def _is_json_container(line: str) -> bool:
    line = line.strip()
    if line[:1] + line[-1:] not in ("{}", "[]"):
        return False
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def _is_tab_separated(lines: list[str]) -> bool:
    counts = {line.count("\t") for line in lines[:LINES]}
    return len(lines) > 1 and len(counts) == 1 and 0 not in counts
