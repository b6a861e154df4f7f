"""What one turn holds: text, parts of text, media that are counted, thoughts, and calls of tools that are no speech."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import Record, Rejection, filled
from pixel_assets.conversation.formats.reasoning import HOLDERS, reasoning_key, thoughts

MEDIA_KEYS: Final = frozenset(("images", "image", "videos", "video", "audios", "audio"))
MEDIA_PARTS: Final = frozenset(
    ("image", "image_url", "input_image", "audio", "input_audio", "audio_url", "video", "video_url", "file", "input_file")
)
TOOL_PARTS: Final = frozenset(("tool_use", "tool_result", "tool_call", "tool_calls", "function_call", "function_call_output"))
THOUGHT_PARTS: Final = frozenset(("thinking", "reasoning"))
TEXT_KEYS: Final = ("text", "value", "content")
# In a text, only this tag stands for a picture: <audio> and <video> are also HTML that people write about
IMAGE_TAG: Final = "<image>"
TOOL_TAGS: Final = ("<tool_call>", "<tool_response>", "<functioncall>", "<function_call>")


class Content(NamedTuple):
    """The text of a turn, and how many parts of it were media, or calls of tools and their results."""

    text: str
    media: int = 0
    tools: int = 0
    reasoning: str | None = None


def read_content(value: Any, number: int) -> Content | Rejection:
    """The content of turn ``number``, which may be text, nothing, a part, or a list of texts and parts."""
    if value is None:
        return Content("")
    if isinstance(value, dict):
        value = value["parts"] if isinstance(value.get("parts"), list) else [value]
    if not isinstance(value, list):
        return Rejection("malformed_turn", f"the content of turn {number} is a {type(value).__name__}, expected text")
    texts: list[str] = []
    reasoning: list[str] = []
    media = tools = 0
    for part in value:
        kind = part.get("type") if isinstance(part, dict) else None
        text = _text(part)
        if isinstance(kind, str) and kind in MEDIA_PARTS:
            media += 1
        elif isinstance(kind, str) and kind in TOOL_PARTS:
            tools += 1
        elif isinstance(kind, str) and kind in THOUGHT_PARTS:
            reasoning += filter(None, [thoughts(part.get(kind)) or text])
        elif text is not None:
            texts.append(text)
            media += text.count(IMAGE_TAG)
        else:
            return Rejection("malformed_turn", f"a part of turn {number} is no text")
    return Content("\n".join(texts), media, tools, "\n".join(reasoning) or None)


def is_tool_text(text: str) -> bool:
    """Whether a text is nothing but a call of a tool, or the result of one, in tags."""
    stripped = text.strip()
    tag = next((tag for tag in TOOL_TAGS if stripped.startswith(tag)), None)
    if tag is None:
        return False
    end = f"</{tag[1:]}"
    return end not in stripped or stripped.endswith(end)


def media_count(record: Record) -> int:
    """How many pictures, sounds and films come with a record, beside its words."""
    if MEDIA_KEYS.isdisjoint(record):
        return 0
    return sum(
        len(value) if isinstance(value, list) else 1
        for key, value in record.items()
        if key in MEDIA_KEYS and (value if isinstance(value, list | dict) else filled(value))
    )


@lru_cache(maxsize=1024)
def only_labels(keys: tuple[str, ...]) -> bool:
    """Whether what stands under the keys of a record, beside its dialogue, is neither media nor thoughts."""
    return MEDIA_KEYS.isdisjoint(keys) and reasoning_key(keys) is None and not any(holder in keys for holder in HOLDERS)


def media_in(record: Record) -> Rejection | None:
    """A rejection when the record comes with pictures or sound that its words refer to."""
    if count := media_count(record):
        return Rejection("needs_media", f"the record comes with {count} media, which a text conversation cannot hold")
    return None


def _text(part: Any) -> str | None:
    if isinstance(part, dict):
        part = next((part[key] for key in TEXT_KEYS if key in part), None)
    return part if isinstance(part, str) else None
