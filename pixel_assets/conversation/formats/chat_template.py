"""Dialogues that were already rendered for a model: ChatML, Llama, Mistral, Gemma, Phi, Alpaca, Vicuna and others.

Each template announces a turn by a mark and most close it by another. What stands between is speech.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from pixel_assets.conversation.formats.base import (
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    filled,
    first_text,
    labels,
    scored,
)
from pixel_assets.conversation.formats.turns import TOOL, canonical_role
from pixel_assets.conversation.hints import Options

KEYS: Final = (
    "text", "prompt", "conversation", "conversations", "dialogue", "dialog", "chat", "messages", "transcript",
    "formatted", "formatted_text", "content", "instruction", "input",
)  # fmt: skip
REPLIES: Final = ("completion", "response", "output", "reply", "answer")

BEGIN_TOKENS: Final = ("<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<｜begin▁of▁sentence｜>")
BEGINNING: Final = re.compile(rf"(?:\s|{'|'.join(map(re.escape, BEGIN_TOKENS))})*")
SYSTEM_IN_PROMPT: Final = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.S)


@dataclass(frozen=True)
class Template:
    """How one family of models writes a dialogue.

    ``opens`` announces a turn; its first group is the role, or a mark that ``roles`` translates. ``closes``
    are the tokens that may end a turn; ``always_closed`` says that a last turn without one was cut off.
    """

    name: str
    opens: re.Pattern[str]
    closes: tuple[str, ...]
    roles: dict[str, str] = field(default_factory=dict)
    preamble: bool = False  # whether words may stand before the first turn: they are a system prompt
    always_closed: bool = True
    alternating: bool = False  # where a mark may stand within a line, only a strict alternation is one


TEMPLATES: Final = (
    Template("chatml", re.compile(r"<\|im_start\|>[ \t]*+(\w+)[^\n<]*+\n?"), ("<|im_end|>", "<|endoftext|>")),
    Template(
        "llama3",
        re.compile(r"<\|(?:start_header_id|header_start)\|>[ \t]*+(\w+)[ \t]*+<\|(?:end_header_id|header_end)\|>"),
        ("<|eot_id|>", "<|eom_id|>", "<|eot|>", "<|eom|>", "<|end_of_text|>"),
    ),
    Template("gemma", re.compile(r"<start_of_turn>[ \t]*+(\w+)[ \t]*+\n?"), ("<end_of_turn>", "<eos>")),
    Template(
        "phi",
        re.compile(r"<\|(system|user|assistant|model|tool)\|>"),
        ("<|end|>", "</s>", "<|endoftext|>"),
    ),
    Template("deepseek", re.compile(r"<｜(User|Assistant)｜>"), ("<｜end▁of▁sentence｜>",), preamble=True, always_closed=False),
    Template(
        "llama2",
        re.compile(r"\[(SYSTEM_PROMPT|/?INST)\]"),
        ("</s>", "<eos>", "[/SYSTEM_PROMPT]"),
        {"SYSTEM_PROMPT": "system", "INST": "user", "/INST": "assistant"},
    ),
    Template(
        "alpaca",
        re.compile(r"(?m)^[ \t]*+###[ \t]*+(System|Instruction|Input|Response)[ \t]*+:[ \t]*+"),
        ("</s>", "<|endoftext|>"),
        {"System": "system", "Instruction": "user", "Input": "user", "Response": "assistant"},
        preamble=True,
        always_closed=False,
    ),
    Template(
        "guanaco",
        re.compile(r"###[ \t]*+(Human|Assistant|User)[ \t]*+:[ \t]*+"),
        ("</s>", "<|endoftext|>", "###"),
        preamble=True,
        always_closed=False,
        alternating=True,
    ),
    Template(
        "vicuna",
        re.compile(r"(?:(?<=\s)|(?<=</s>)|\A)(USER|ASSISTANT):[ \t]*+"),
        ("</s>",),
        preamble=True,
        always_closed=False,
        alternating=True,
    ),
)


class Rendered(NamedTuple):
    """The turns of a rendered dialogue as the template names them, and what was odd about it."""

    template: str
    turns: list[Turn]
    tool_turns: int
    flags: tuple[str, ...]


def split_rendered(text: str, options: Options) -> Rendered | Rejection | None:
    """The dialogue in a text that a chat template made.

    None when no template made it; a rejection when one did and a speaker has no role.
    """
    for template in TEMPLATES:
        marks = _marks(text, template)
        if marks:
            return _rendered(text, template, marks, options)
    return None


def _marks(text: str, template: Template) -> list[re.Match[str]]:
    """Where turns open, if this template made the text."""
    first = template.opens.search(text)
    if first is None:
        return []
    start = BEGINNING.match(text)
    if not template.preamble and start and first.start() > start.end():
        return []
    marks = list(template.opens.finditer(text, first.start()))
    names = [mark[1].lower() for mark in marks]
    if template.alternating and (names[0] == "assistant" or any(one == two for one, two in pairwise(names))):
        return []
    if template.preamble and (not {"response", "assistant"} & set(names) or len(set(names)) < 2):
        return []
    return marks


def _rendered(text: str, template: Template, marks: list[re.Match[str]], options: Options) -> Rendered | Rejection:
    turns: list[Turn] = []
    flags: set[str] = set()
    tools = 0
    if before := BEGINNING.sub("", text[: marks[0].start()], count=1).strip():
        turns.append(("system", before))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for number, (mark, end) in enumerate(zip(marks, ends, strict=True), start=1):
        role = template.roles.get(mark[1]) or canonical_role(mark[1], options)
        if role is None:
            return Rejection("unknown_role", f"turn {number} of {len(marks)} is by a speaker whose name maps to no role")
        end, closed = _closed(text, mark.end(), end, template)
        words = text[mark.end() : end].strip()
        cut = number == len(marks) and not closed and template.always_closed
        if role == TOOL:
            tools += 1
        elif number == len(marks) and role == "assistant" and not words and not closed:
            flags.add("generation_prompt_removed")
        else:
            turns += _with_system(role, words)
            flags.update(("unclosed_turn",) if cut else ())
    return Rendered(template.name, _joined_inputs(turns, template), tools, tuple(sorted(flags)))


def _closed(text: str, start: int, end: int, template: Template) -> tuple[int, bool]:
    """Where the words of a turn end, and whether a closing token stands there."""
    closed = False
    while True:
        while end > start and text[end - 1].isspace():
            end -= 1
        token = next((token for token in (*template.closes, *BEGIN_TOKENS) if text.endswith(token, start, end)), None)
        if token is None:
            return end, closed
        closed |= token in template.closes
        end -= len(token)


def _with_system(role: str, words: str) -> list[Turn]:
    """A turn; two where Llama 2 hides the system prompt in the first words of the user."""
    hidden = SYSTEM_IN_PROMPT.match(words) if role == "user" else None
    if hidden is None:
        return [(role, words)]
    return [("system", hidden[1].strip()), ("user", words[hidden.end() :].strip())]


def _joined_inputs(turns: list[Turn], template: Template) -> list[Turn]:
    """Alpaca's instruction and its input are one question."""
    if template.name != "alpaca":
        return turns
    joined: list[Turn] = []
    for role, words in turns:
        if role == "user" and joined and joined[-1][0] == "user":
            joined[-1] = ("user", "\n\n".join(part for part in (joined[-1][1], words) if part))
        else:
            joined.append((role, words))
    return joined


def _find(record: Record, options: Options) -> tuple[str, Rendered | Rejection] | None:
    return first_text(record, options.text or options.prompt or KEYS, lambda text: split_rendered(text, options))


def _convert(record: Record, options: Options) -> Converted:
    found = _find(record, options)
    if found is None:
        return Rejection("no_roles", "no text that a chat template made")
    key, rendered = found
    if isinstance(rendered, Rejection):
        return rendered
    turns, flags, used = list(rendered.turns), rendered.flags, [key]
    reply = next((name for name in options.reply or REPLIES if name != key and filled(record.get(name))), None)
    if reply and turns and turns[-1][0] == "user":
        # The text is only the prompt: the reply stands under a key of its own
        turns.append(("assistant", record[reply]))
        flags = tuple(flag for flag in flags if flag != "unclosed_turn")
        used.append(reply)
    if not turns:
        return Rejection("no_turns", f"the text has marks of {rendered.template} and no speech")
    metadata = labels(record, used) | {"template": rendered.template}
    if rendered.tool_turns:
        metadata["tool_turns"] = rendered.tool_turns
        flags = (*flags, "tool_turns_omitted")
    return [Draft(turns, metadata, flags=flags)]


CHAT_TEMPLATE = Format(
    "chat_template",
    scored(0.95, lambda record: _find(record, Options()) is not None, "a text that a chat template made"),
    _convert,
)
