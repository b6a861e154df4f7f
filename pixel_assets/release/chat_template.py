"""Chat templates: which there are, what they need, and a version of each for the fingerprint.

One comes with the package, from a folder with the files of a tokenizer, or from the cache of the Hugging Face hub. Nothing is
downloaded.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from pixel_assets.errors import SettingsError
from pixel_assets.typed_yaml import read_yaml

DATA: Final = Path(__file__).parent / "data" / "templates"
FILES: Final = ("tokenizer_config.json", "tokenizer.json", "chat_template.jinja", "special_tokens_map.json")
WHERE: Final = "setting exports.tokenizers"
_GENERATION: Final = re.compile(r"\{%-?\s*generation\s*-?%\}")


class Packaged(BaseModel):
    """A file of ``data/templates``: the template, its special tokens, and the marks that no text may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bos_token: str
    eos_token: str
    control: tuple[str, ...]
    template: str


@dataclass(frozen=True)
class ChatTemplate:
    """What a conversation is rendered with.

    ``control`` are the marks by which the model tells roles apart: a text that holds one would forge a turn. ``tokenizer`` is the
    ``tokenizer.json`` that belongs to it, if it is at hand.
    """

    name: str
    source: str
    tokens: Mapping[str, str] = field(default_factory=dict)  # bos_token, eos_token …
    control: tuple[str, ...] = ()
    tokenizer: Path | None = None


def packaged_names() -> tuple[str, ...]:
    """Names of the templates that come with the package, sorted."""
    return tuple(sorted(file.stem for file in DATA.glob("*.yaml")))


def chat_template(asked: str) -> ChatTemplate:
    """The template that a word of ``exports.tokenizers`` names: a packaged one, a folder, or ``OWNER/NAME@REVISION`` of the hub.

    Raises :class:`SettingsError` where there is none, or where it does not mark what the assistant says.
    """
    if asked in packaged_names():
        found = read_yaml(DATA / f"{asked}.yaml", Packaged).content
        tokens = {"bos_token": found.bos_token, "eos_token": found.eos_token}
        return ChatTemplate(asked, found.template, tokens, found.control)
    return _of_folder(tokenizer_folder(asked))


def tokenizer_folder(asked: str) -> Path:
    """The folder of a tokenizer, by its path or by its name on the hub, of which only the cache is looked at."""
    folder = Path(asked)
    if folder.is_dir():
        return folder
    if re.fullmatch(r"[\w.-]+/[\w.-]+@[\w.-]+", asked):
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError

        name, _, revision = asked.partition("@")
        try:
            return Path(snapshot_download(name, revision=revision, allow_patterns=list(FILES), local_files_only=True))
        except LocalEntryNotFoundError:
            raise SettingsError(
                f"the tokenizer {asked!r} is not in the cache of the hub",
                where=WHERE, expected="one that is there, for a build downloads no model",
                hint=f"Fetch it once: hf download {name} {' '.join(FILES[:3])} --revision {revision}",
            ) from None  # fmt: skip
    raise SettingsError(
        f"no chat template is called {asked!r}",
        where=WHERE, expected=f"{', '.join(packaged_names())}, a folder with {FILES[0]}, or OWNER/NAME@REVISION",
    )  # fmt: skip


def versions(asked: Iterable[str], tokenizer_file: Path | None) -> dict[str, str]:
    """A hash of each file that is not part of the package and that decides what is rendered or counted, by name."""
    found: dict[str, str] = {}
    for name in asked:
        if name not in packaged_names():
            folder = tokenizer_folder(name)
            found |= {f"{name}/{file}": _sha256(folder / file) for file in FILES if (folder / file).is_file()}
    if tokenizer_file is not None:
        if not tokenizer_file.is_file():
            what = f"there is no file {tokenizer_file}"
            raise SettingsError(what, where="setting exports.tokenizer_file", expected="a tokenizer.json")
        found["tokenizer_file"] = _sha256(tokenizer_file)
    return found


def _of_folder(folder: Path) -> ChatTemplate:
    config = _json(folder / FILES[0])
    own = folder / FILES[2]
    source = own.read_text(encoding="utf-8") if own.is_file() else config.get("chat_template")
    if isinstance(source, list):  # several by name
        source = next((each["template"] for each in source if each.get("name") == "default"), None)
    if not isinstance(source, str):
        expected = f"{FILES[2]}, or chat_template in {FILES[0]}"
        raise SettingsError("the tokenizer has no chat template", where=str(folder), expected=expected)
    if not _GENERATION.search(source):
        raise SettingsError(
            "the chat template does not say what is the assistant's", where=str(folder),
            expected="{% generation %} and {% endgeneration %} around what the assistant says",
            hint=f"Put them into a {FILES[2]} in a copy of the folder, or choose one of {', '.join(packaged_names())}",
        )  # fmt: skip
    extra = _json(folder / FILES[3]) if (folder / FILES[3]).is_file() else {}
    special = {key: _token(value) for key, value in (extra | config).items() if key.endswith("_token")}
    tokens = {key: text for key, text in special.items() if text is not None}
    tokenizer = folder / FILES[1] if (folder / FILES[1]).is_file() else None
    control = set(tokens.values())
    if tokenizer is not None:
        control |= {each["content"] for each in _json(tokenizer).get("added_tokens", ()) if each.get("special")}
    return ChatTemplate(folder.resolve().name, source, tokens, tuple(sorted(control - {""})), tokenizer)


def _token(value: Any) -> str | None:
    """A special token, which some write as its text and some as an object."""
    text = value.get("content") if isinstance(value, dict) else value
    return text if isinstance(text, str) else None


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as failure:
        raise SettingsError("cannot be read as JSON", where=str(file), hint="Fetch the tokenizer again") from failure
    if not isinstance(found, dict):
        raise SettingsError(f"holds a {type(found).__name__}", where=str(file), expected="an object")
    return found


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
