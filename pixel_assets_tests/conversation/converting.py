"""Short ways to run one format on one record, for tests."""

from __future__ import annotations

from typing import Any

from pixel_assets.conversation.detect import format_named
from pixel_assets.conversation.formats.base import Converted, Draft, Rejection
from pixel_assets.conversation.hints import Options


def converted(format: str, record: dict[str, Any], options: Options | None = None) -> Converted:
    convert = format_named(format).convert
    assert convert is not None
    return convert(record, options or Options())


def draft(format: str, record: dict[str, Any], options: Options | None = None) -> Draft:
    """The one draft of a record."""
    result = converted(format, record, options)
    assert not isinstance(result, Rejection), result
    (only,) = result
    return only


def rejection(format: str, record: dict[str, Any], options: Options | None = None) -> Rejection:
    result = converted(format, record, options)
    assert isinstance(result, Rejection), result
    return result


def assert_sound(result: Converted, text: str) -> None:
    """Drafts with canonical roles, or a rejection with a reason code that quotes nothing."""
    if isinstance(result, Rejection):
        assert result.reason.replace("_", "").isalpha()
        assert result.detail
        return
    assert result
    for item in result:
        assert item.turns
        assert {role for role, _ in item.turns} <= {"system", "user", "assistant"}
        assert all(isinstance(words, str) for _, words in item.turns)
