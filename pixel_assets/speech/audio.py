"""Any audio file as samples: recognised by content, decoded by FFmpeg (PyAV), brought to 16 kHz mono.

The name of a file decides nothing. What cannot be decoded, or is not whole, comes back as :class:`Unusable` with a reason.
A file counts as cut off when it says itself that it holds more than it does: by the length in its header (WAV, FLAC, MP3 with a
Xing header, Matroska), by an Ogg stream without its last page, or by an MP4 without its index. A bare MP3 or ADTS stream
says nothing of its length, so that one which ends early cannot be told from one that is short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import filetype  # type: ignore[import-untyped]  # it has no types
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # FFmpeg takes a while to import
    import av
    from av.audio.frame import AudioFrame
    from av.container import InputContainer

SAMPLE_RATE: Final = 16_000  # Hz; what the speech models listen to
FULL_SCALE: Final = 0.999  # of the largest sample: lossy codecs blur what was cut at 1.0
MISSING_SECONDS: Final = 0.25  # less than that are the paddings of encoders
RATES: Final = range(4_000, 768_001)  # Hz; a damaged header may say 1 Hz, which would become hours
MOST_CHANNELS: Final = 8  # more planes than that crash PyAV 18; a damaged header may say 49
MOST_SECONDS: Final = 6 * 3600  # decoded audio is held in memory: 1.4 GB
DAMAGED_SHARE: Final = 0.01  # of the packets; players skip single ones, nobody hears it
STREAMED: Final = 0xFFFF_0000  # bytes; no length, but what a writer puts who does not know it
OGG_LAST_PAGE: Final = 0x04
OGG_TAIL: Final = 65_536  # bytes; no page is longer

Samples = NDArray[np.float32]

Reason = Literal[
    "empty", "not_audio", "unreadable", "cut_off",
    "too_short", "too_long", "silent", "no_speech", "too_quiet", "clipped", "too_noisy",
]  # fmt: skip


@dataclass(frozen=True)
class Unusable:
    """Why a file gives no recording: a reason code, and numbers or technical terms (never speech) in ``detail``."""

    reason: Reason
    detail: str


@dataclass(frozen=True, eq=False)
class Audio:
    """Decoded audio: ``samples`` are 16 kHz mono, from -1 to 1; the other fields describe the file as it was."""

    samples: Samples = field(repr=False)
    codec: str
    sample_rate: int
    channels: int
    clipped_share: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / SAMPLE_RATE


def decode(path: Path) -> Audio | Unusable:
    """The first audio track of a file; raises :class:`OSError` if the file cannot be opened, and nothing else."""
    import av

    with path.open("rb") as file:
        head = file.read(8192)
    if not head:
        return Unusable("empty", "0 bytes")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                return Unusable("not_audio", f"{container.format.name} without an audio track")
            if getattr(container.streams.audio[0], "codec_context", None) is None:  # whatever its types say
                return Unusable("unreadable", f"{container.format.name} with a codec that FFmpeg does not know")
            damage = _Damage()
            audio = _decode(container, damage)
            declared = _declared_seconds(container)
    except av.error.FFmpegError as error:
        return _unopened(head, error)
    if not len(audio.samples):
        return Unusable("unreadable", f"{audio.codec} without a single whole frame")
    if audio.seconds > MOST_SECONDS:
        return Unusable("too_long", f"more than {MOST_SECONDS} s")
    missing = _missing_from(path, head) or _missing_seconds(declared, audio.seconds)
    if missing:
        return Unusable("cut_off", missing)
    return damage.problem or audio


@dataclass
class _Damage:
    """What went wrong while a file was decoded."""

    packets: int = 0
    damaged: int = 0
    last_is_whole: bool = True
    broke: str = ""
    usable: bool = False  # whether a single frame is

    @property
    def problem(self) -> Unusable | None:
        if not self.last_is_whole:
            return Unusable("cut_off", "it ends within a frame")
        if self.broke:
            return Unusable("unreadable", self.broke)
        if self.damaged > DAMAGED_SHARE * self.packets:
            return Unusable("unreadable", f"{self.damaged} of {self.packets} packets are damaged")
        return None


def _decode(container: InputContainer, damage: _Damage) -> Audio:
    """What can be decoded, up to ``MOST_SECONDS`` and a little."""
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler

    stream = container.streams.audio[0]
    plain = AudioResampler(format="fltp")  # layout and rate stay as they are: clipping shows before they change
    narrow = AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE)
    parts: list[Samples] = []
    clipped = total = decoded = 0
    for frame in chain.from_iterable(plain.resample(frame) for frame in _frames(container, damage)):
        values = np.nan_to_num(frame.to_ndarray())  # files of floats may hold anything
        clipped += int(np.count_nonzero(np.abs(values) >= FULL_SCALE))
        total += values.size
        mono = AudioFrame.from_ndarray(values.clip(-1, 1).mean(axis=0, keepdims=True), format="fltp", layout="mono")
        mono.sample_rate = frame.sample_rate
        parts.extend(part.to_ndarray()[0] for part in narrow.resample(mono))
        decoded += frame.samples
        if decoded > (MOST_SECONDS + 1) * frame.sample_rate:
            break
    if parts:
        parts.extend(part.to_ndarray()[0] for part in narrow.resample(None))
    samples: Samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    clipped_share = round(clipped / max(1, total), 6)
    return Audio(samples, stream.codec_context.name, stream.rate or 0, stream.channels, clipped_share)


def _frames(container: InputContainer, damage: _Damage) -> Iterator[AudioFrame | None]:
    """The frames that are whole and of one kind, and None at the end, which flushes a resampler."""
    import av

    kind: tuple[int, str, str] | None = None
    try:
        for packet in container.demux(container.streams.audio[0]):
            damage.packets += 1
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                damage.damaged += 1
                damage.last_is_whole &= packet.size == 0
                continue
            damage.last_is_whole = True
            for frame in frames:
                found = (frame.sample_rate, frame.layout.name, frame.format.name)
                kind = kind or found
                if found != kind or not _is_sane(frame):
                    damage.damaged += 1
                    continue
                damage.usable = True
                frame.pts = None  # times that jump are the business of players
                yield frame
    except av.error.FFmpegError as error:
        damage.broke = type(error).__name__
    if damage.usable:
        yield None


def _is_sane(frame: AudioFrame) -> bool:
    return frame.sample_rate in RATES and frame.layout.nb_channels <= MOST_CHANNELS


def _declared_seconds(container: InputContainer) -> float | None:
    stream = container.streams.audio[0]
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is None or len(container.streams) > 1:  # pictures may last longer than sound
        return None
    return container.duration / 1_000_000


def _missing_seconds(declared: float | None, decoded: float) -> str:
    if declared is None or declared - decoded <= MISSING_SECONDS:
        return ""
    return f"{decoded:.2f} s of {declared:.2f} s"


def _missing_from(path: Path, head: bytes) -> str:
    """What a file lacks of what its own structure announces; FFmpeg takes the end of a WAV or Ogg file as it is."""
    size = path.stat().st_size
    if head[:4] == b"RIFF":
        announced = _announced_by_riff(head)
        return f"{size} bytes of {announced}" if size < announced else ""
    if head[:4] == b"OggS":
        with path.open("rb") as file:
            file.seek(max(0, size - OGG_TAIL))
            tail = file.read()
        last = tail.rfind(b"OggS")
        if last < 0 or len(tail) < last + 6 or not tail[last + 5] & OGG_LAST_PAGE:
            return "an Ogg stream without its last page"
    return ""


def _announced_by_riff(head: bytes) -> int:
    """Where the samples of a WAV file should end; 0 where that is not said, as when it was written to a pipe."""
    at = 12
    while at + 8 <= len(head):
        length = int.from_bytes(head[at + 4 : at + 8], "little")
        if head[at : at + 4] == b"data":
            return at + 8 + length if length < STREAMED else 0
        at += 8 + length + length % 2
    return 0


def _unopened(head: bytes, error: av.error.FFmpegError) -> Unusable:
    kind = filetype.guess(head)
    if kind is None or not kind.mime.startswith(("audio/", "video/")):
        return Unusable("not_audio", f"content is {kind.mime if kind else 'of no known kind'}")
    if b"ftyp" in head[:16]:  # nearly always: the index of an MP4 is written last
        return Unusable("cut_off", f"{kind.mime} without its index")
    return Unusable("unreadable", f"{kind.mime}: {type(error).__name__}")
