"""From files to recordings: which files there are, what each measures, and whether it is good enough.

Measuring looks at samples and is done once for each file; judging compares the measures with bounds, so that a changed bound
decodes nothing again. No file makes either raise: what cannot be used has a reason.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import filetype  # type: ignore[import-untyped]  # it has no types
import numpy as np

from pixel_assets.speech.audio import Reason, Samples, Unusable, decode
from pixel_assets.speech.fingerprint import fingerprint
from pixel_assets.speech.measures import loudness, signal_to_noise
from pixel_assets.speech.vad import Span, speech_spans

File = TypeVar("File")
AUDIO: Final = frozenset(
    {".aac", ".aif", ".aiff", ".amr", ".flac", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".mpga", ".oga", ".ogg"}
    | {".opus", ".wav", ".weba", ".webm", ".wma"}
)
SUBTITLES: Final = (".vtt", ".srt", ".sbv")  # in the order of preference
LANGUAGE: Final = re.compile(r"\.([a-z]{2,3})(?:-[A-Za-z0-9]{2,8})*\Z")  # at the end of a name without its suffix


@dataclass(frozen=True)
class Recording:
    """A decodable, whole audio file and its measures.

    Peak (1 is full scale), loudness (LUFS), the ratio of speech to noise (dB; None without speech) and the stretches of speech
    are those of the 16 kHz mono mix; codec, ``sample_rate`` (Hz), channels and ``clipped_share`` (of the samples) the file's.
    """

    path: Path
    codec: str
    sample_rate: int
    channels: int
    seconds: float
    peak: float
    loudness: float
    clipped_share: float
    signal_to_noise: float | None
    speech: tuple[Span, ...]
    fingerprint: bytes = field(repr=False)

    @property
    def speech_share(self) -> float:
        """Share of its time in which somebody speaks."""
        return round(sum(span.seconds for span in self.speech) / self.seconds, 3)


@dataclass(frozen=True)
class Bounds:
    """What a recording must measure to be transcribed."""

    shortest: float = 0.5  # seconds
    longest: float = 4 * 3600.0
    quietest: float = -60.0  # LUFS
    least_speech_share: float = 0.05
    least_speech: float = 0.5  # seconds
    most_clipped: float = 0.01  # share of the samples
    least_signal_to_noise: float = 3.0  # dB


@dataclass(frozen=True)
class Candidate:
    """A file that may be a recording, and the subtitles that lie beside it under the same name.

    The name of the subtitles may end with a language: ``talk.en.vtt`` lies beside ``talk.wav``. Of several, the one without a
    language stands, then English, then the others in the order of their names; WebVTT before SubRip before SBV.
    """

    path: Path
    subtitles: Path | None


def find_candidates(folder: Path) -> list[Candidate]:
    """The files in ``folder`` and below that are audio by name or by content, ordered by path, without hidden ones."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _hidden(path.relative_to(folder)))
    return [Candidate(path, subtitles_beside(path)) for path in files if path.suffix.lower() in AUDIO or _is_audio(path)]


def measure(path: Path) -> Recording | Unusable:
    """Decode and measure one file; a file that is no whole audio is :class:`Unusable`."""
    try:
        audio = decode(path)
    except OSError as error:
        return Unusable("unreadable", error.strerror or type(error).__name__)
    if isinstance(audio, Unusable):
        return audio
    speech = speech_spans(audio.samples)
    return Recording(
        path=path,
        codec=audio.codec,
        sample_rate=audio.sample_rate,
        channels=audio.channels,
        seconds=round(audio.seconds, 3),
        peak=_peak(audio.samples),
        loudness=loudness(audio.samples),
        clipped_share=audio.clipped_share,
        signal_to_noise=signal_to_noise(audio.samples, speech),
        speech=speech,
        fingerprint=fingerprint(audio.samples),
    )


def judge(recording: Recording, bounds: Bounds) -> Unusable | None:
    """The first bound that a recording misses, with both numbers; None if it is good enough."""
    spoken = sum(span.seconds for span in recording.speech)
    least = max(bounds.least_speech, bounds.least_speech_share * recording.seconds)
    ratio = recording.signal_to_noise
    findings: tuple[tuple[bool, Reason, str], ...] = (
        (recording.seconds < bounds.shortest, "too_short", f"{recording.seconds} s, at least {bounds.shortest}"),
        (recording.seconds > bounds.longest, "too_long", f"{recording.seconds} s, at most {bounds.longest}"),
        (recording.peak == 0, "silent", "every sample is zero"),
        (spoken < least, "no_speech", f"{spoken:.2f} s of speech, at least {least:.2f}"),
        (recording.loudness < bounds.quietest, "too_quiet", f"{recording.loudness} LUFS, at least {bounds.quietest}"),
        (recording.clipped_share > bounds.most_clipped, "clipped", f"{recording.clipped_share}, at most {bounds.most_clipped}"),
        (
            ratio is not None and ratio < bounds.least_signal_to_noise,
            "too_noisy",
            f"{ratio} dB, at least {bounds.least_signal_to_noise}",
        ),
    )
    return next((Unusable(reason, detail) for missed, reason, detail in findings if missed), None)


def probe(path: Path, bounds: Bounds | None = None) -> Recording | Unusable:
    """Measure one file and judge it."""
    recording = measure(path)
    if isinstance(recording, Unusable):
        return recording
    return judge(recording, bounds or Bounds()) or recording


def _peak(samples: Samples) -> float:
    return round(float(np.abs(samples).max()), 4)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def subtitles_beside(path: Path) -> Path | None:
    """The subtitles of an audio file, as :class:`Candidate` says."""
    found = [file for suffix in SUBTITLES for file in path.parent.glob(f"{glob.escape(path.stem)}*{suffix}") if file.is_file()]
    fitting = {file: language for file in found if (language := _language_beside(path, file)) is not None}
    order = {suffix: rank for rank, suffix in enumerate(SUBTITLES)}
    return min(
        fitting, key=lambda file: (fitting[file] != "", fitting[file] != "en", order[file.suffix], file.name), default=None
    )


def subtitles_among(path: Path, files: Mapping[Path, File]) -> File | None:
    """The subtitles beside an audio file, if they are among ``files`` as well: only what a source names is versioned."""
    found = None if path.suffix in SUBTITLES else subtitles_beside(path)
    return files.get(found) if found else None


def _language_beside(path: Path, subtitles: Path) -> str | None:
    """The language in the name of subtitles that are those of ``path``, empty without one; None if they are another file's."""
    if subtitles.stem == path.stem:
        return ""
    found = LANGUAGE.search(subtitles.stem)
    return found[1] if found and subtitles.stem[: found.start()] == path.stem else None


def _is_audio(path: Path) -> bool:
    try:
        kind = filetype.guess(str(path))
    except OSError:
        return False
    return kind is not None and kind.mime.startswith("audio/")
