"""Conversations as the text of a chat template, with the places of what the assistant says.

Rendered as transformers does (``apply_chat_template``): Jinja in an immutable sandbox, with the same filters and functions, and
with ``{% generation %}`` blocks, which mark what is to be learned. Only the clock is missing: a template that asks for
today's date is refused, for the same rows would give other bytes tomorrow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pixel_assets.errors import SettingsError
from pixel_assets.release.chat_template import ChatTemplate

Message = dict[str, str]


class Rendered(NamedTuple):
    """A text, and where the assistant speaks in it: (start, end) in characters (code points), ascending."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Refused(Exception):
    """The template does not take this order of roles; the message is the template's own and quotes no conversation."""


class Renderer:
    """A compiled template. Raises :class:`SettingsError` where it is no Jinja, or asks for the time."""

    def __init__(self, template: ChatTemplate) -> None:
        self.template = template
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols])
        environment.filters["tojson"] = _to_json
        environment.globals |= {"raise_exception": _refuse, "strftime_now": _no_clock}
        self._environment: Any = environment
        try:
            self._compiled = environment.from_string(template.source)
        except jinja2.TemplateSyntaxError as failure:
            raise SettingsError(
                f"the chat template is no Jinja: {failure.message}", where=f"chat template {template.name}, line {failure.lineno}"
            ) from None

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Render one conversation. Raises :class:`Refused` where the template does not take it."""
        parts: list[str] = []
        spans: list[tuple[int, int]] = []
        self._environment.generation = (parts, spans)
        try:
            for part in self._compiled.generate(
                messages=messages, tools=None, documents=None, add_generation_prompt=False, **self.template.tokens
            ):
                parts.append(part)  # noqa: PERF402 — one by one, as a generation block counts what is there
        except jinja2.UndefinedError as failure:
            raise SettingsError(
                f"the chat template needs what is not there: {failure.message}", where=f"chat template {self.template.name}"
            ) from None
        except jinja2.TemplateError as failure:
            raise Refused(str(failure)) from None
        finally:
            self._environment.generation = None
        return Rendered("".join(parts), tuple(spans))


class _Generation(Extension):
    """The tag ``generation``: notes where its content comes to stand. The text so far is what the template has given out."""

    tags: Final = {"generation"}  # type: ignore[misc]

    def __init__(self, environment: jinja2.Environment) -> None:
        super().__init__(environment)
        environment.extend(generation=None)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_mark"), [], [], body).set_lineno(line)

    def _mark(self, caller: Callable[[], str]) -> str:
        text = caller()
        parts, spans = self.environment.generation  # type: ignore[attr-defined]
        start = sum(map(len, parts))
        spans.append((start, start + len(text)))
        return text


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _no_clock(_: str) -> NoReturn:
    raise SettingsError(
        "the chat template asks for the time, so that the export would be another one every day",
        where="setting exports.tokenizers", hint="Put a date in its place, in a chat_template.jinja of your own",
    )  # fmt: skip


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: int | None = None, separators: Any = None, sort_keys: bool = False
) -> str:
    # Jinja's own filter escapes what HTML would read
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
