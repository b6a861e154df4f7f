"""Answers are kept whole or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pixel_assets.errors import EndpointError
from pixel_assets.generation.endpoint.cache import AnswerCache
from pixel_assets.generation.endpoint.chat import Answer, Chat, Message

ANSWER = Answer('{"turns": ["“Ja” 🙂"]}', "stop")
CHAT = Chat("tiny", (Message("system", "s"), Message("user", "u")), 0.8, 100, 7, {"type": "object"})


def test_what_was_put_is_got(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    assert cache.get(CHAT.key) is None
    cache.put(CHAT.key, ANSWER)
    assert cache.get(CHAT.key) == ANSWER
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()] == [
        f"{CHAT.key[:2]}/{CHAT.key}.json"
    ]


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "other key", "no object", "other fields"])
def test_a_damaged_file_counts_for_nothing_and_is_replaced(tmp_path: Path, damage: str) -> None:
    cache = AnswerCache(tmp_path)
    cache.put(CHAT.key, ANSWER)
    (file,) = tmp_path.rglob("*.json")
    content = file.read_bytes()
    held = json.loads(content)
    file.write_bytes(
        {
            "cut": content[:40],
            "empty": b"",
            "changed": content.replace(b"Ja", b"Yes"),
            "other key": json.dumps(held | {"checksum": "0" * 64}).encode(),
            "no object": b"[]",
            "other fields": json.dumps(held | {"answer": {"content": "x"}}).encode(),
        }[damage]
    )
    assert cache.get(CHAT.key) is None
    cache.put(CHAT.key, ANSWER)
    assert cache.get(CHAT.key) == ANSWER


def test_an_answer_under_the_name_of_another_counts_for_nothing(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    cache.put(CHAT.key, ANSWER)
    (file,) = tmp_path.rglob("*.json")
    other = replace(CHAT, seed=8).key
    (tmp_path / other[:2]).mkdir(exist_ok=True)
    (tmp_path / other[:2] / f"{other}.json").write_bytes(file.read_bytes())
    assert cache.get(other) is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EndpointError, match="an answer cannot be kept"):
        AnswerCache(tmp_path / "file").put(CHAT.key, ANSWER)


def test_everything_that_decides_an_answer_is_in_the_key() -> None:
    others = [
        replace(CHAT, model="other"), replace(CHAT, temperature=0.7), replace(CHAT, max_tokens=99), replace(CHAT, seed=8),
        replace(CHAT, schema={}), replace(CHAT, messages=CHAT.messages[:1]), CHAT.followed_by(Message("user", "u")),
    ]  # fmt: skip
    assert len({CHAT.key, *(other.key for other in others)}) == len(others) + 1
    assert CHAT.key == replace(CHAT).key


def test_the_key_is_the_same_on_any_machine() -> None:
    assert CHAT.key[:12] == "22c3e6155538"
