"""Write the recordings of the shipped sample: synthetic voices that speak the texts in ``sample_text/recordings.yaml``.

``python benchmarks/make_sample_speech.py`` writes ``pixel_assets/sources/sample/recordings/``; run ``make_sample.py``
afterwards, which puts the hashes of the files into planted.json. It needs the program ``espeak-ng`` (1.51 made the files
that are there; another version speaks a little differently). Nothing else does: the files are kept as they are.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
import yaml
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

TEXTS: Final = Path(__file__).parent / "sample_text" / "recordings.yaml"
SAMPLE: Final = Path(__file__).parents[1] / "pixel_assets" / "sources" / "sample"
PROGRAM: Final = "espeak-ng"
SPOKEN_RATE: Final = 22_050  # Hz; of espeak-ng
RATE: Final = 16_000  # Hz; of the files
BETWEEN_SENTENCES, BETWEEN_TURNS = 0.35, 1.5  # seconds
MARGIN: Final = 0.4  # seconds of silence before the first word and after the last one
QUIET: Final = 100  # of 32,767; what is below it at the ends of a sentence is cut off
HUM_HERTZ, HUM_SECONDS = 120, 2

Samples = NDArray[np.int16]  # mono


@dataclass(frozen=True)
class Said:
    """A sentence, and when it is said, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Encoding:
    """How a file is packed."""

    container: str
    codec: str
    bits_per_second: int | None = None  # None: lossless


OPUS: Final = Encoding("ogg", "libopus", 16_000)
MP3: Final = Encoding("mp3", "libmp3lame", 8_000)
FLAC: Final = Encoding("flac", "flac")


def make_recordings() -> dict[str, bytes]:
    """Every file of the folder by its name, relative to the sample's folder.

    The cut-off file is the first part of the monologue, and its end is missing as after a download that broke off. Raises
    :class:`FileNotFoundError` where espeak-ng is not installed.
    """
    texts = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    turns = [(texts["voices"][speaker], lines) for turn in texts["talk"] for speaker, lines in turn.items()]
    talk, _ = spoken(turns)
    monologue, said = spoken([(texts["voices"]["narrator"], texts["monologue"])])
    told = encoded(monologue, OPUS)
    files = {
        "evening_talk.ogg": encoded(talk, OPUS),
        "evening_talk.mp3": encoded(talk, MP3),
        "on_shame.ogg": told,
        "on_shame.en.vtt": subtitles(said).encode(),
        "broken_off.ogg": told[: len(told) // 6],
        "hum.flac": encoded(hum(), FLAC),
        "letter.mp3": texts["letter"].encode(),
    }
    return {f"recordings/{name}": data for name, data in files.items()}


def spoken(turns: Sequence[tuple[dict[str, Any], Sequence[str]]]) -> tuple[Samples, list[Said]]:
    """What voices say in turn, as sound of :data:`RATE`, and when each sentence is said."""
    parts = [_silence(MARGIN)]
    said: list[Said] = []
    for number, (voice, lines) in enumerate(turns):
        for place, line in enumerate(lines):
            if number or place:
                parts.append(_silence(BETWEEN_SENTENCES if place else BETWEEN_TURNS))
            start = sum(map(len, parts)) / SPOKEN_RATE
            parts.append(_trimmed(speak(line, voice)))
            said.append(Said(line, start, sum(map(len, parts)) / SPOKEN_RATE))
    parts.append(_silence(MARGIN))
    return resampled(np.concatenate(parts)), said


def speak(text: str, voice: dict[str, Any]) -> Samples:
    """A sentence as espeak-ng speaks it, at :data:`SPOKEN_RATE`."""
    settings = ("-v", voice["voice"], "-p", str(voice["pitch"]), "-s", str(voice["speed"]))
    done = subprocess.run([PROGRAM, *settings, "--stdout", text], capture_output=True, check=True, timeout=30)
    with wave.open(io.BytesIO(done.stdout)) as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (SPOKEN_RATE, 1, 2):
            raise ValueError(f"{PROGRAM} gave {sound.getparams()}, expected 16 bits, mono, {SPOKEN_RATE} Hz")
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def hum() -> Samples:
    """A low tone that swells and fades: a sound in which nobody speaks."""
    seconds = np.arange(HUM_SECONDS * RATE) / RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.5 * seconds)
    return np.round(6_000 * swell * np.sin(2 * np.pi * HUM_HERTZ * seconds)).astype(np.int16)


def subtitles(said: Sequence[Said]) -> str:
    """The sentences as WebVTT."""
    cues = [f"{_clock(line.start)} --> {_clock(line.end)}\n{line.text}\n" for line in said]
    return "\n".join(["WEBVTT\n", *cues])


def encoded(samples: Samples, encoding: Encoding) -> bytes:
    """Samples of :data:`RATE` as the bytes of a file; equal samples give equal bytes."""
    file = io.BytesIO()
    with av.open(file, "w", format=encoding.container, options={"fflags": "+bitexact"}) as container:
        stream = cast(AudioStream, container.add_stream(encoding.codec, rate=RATE, layout="mono"))
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        if encoding.bits_per_second:
            stream.bit_rate = encoding.bits_per_second
        container.mux([packet for frame in (_frame(samples, RATE), None) for packet in stream.encode(frame)])
    return file.getvalue()


def resampled(samples: Samples) -> Samples:
    """Sound of espeak-ng at :data:`RATE`."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    frames = [part for frame in (_frame(samples, SPOKEN_RATE), None) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _frame(samples: Samples, rate: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
    return frame


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SPOKEN_RATE), np.int16)


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    return samples[loud[0] : loud[-1] + 1]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"00:{int(minutes):02}:{rest:06.3f}"


def main() -> int:
    """Write the folder; without espeak-ng nothing is written, and the exit code is 1."""
    if not shutil.which(PROGRAM):
        print(
            f"{PROGRAM} is not installed, and only it can speak the recordings anew; nothing was written.\n"
            f"Install it (Debian: apt-get install {PROGRAM}), or keep the files in {SAMPLE / 'recordings'}: "
            "make_sample.py works without it.",
            file=sys.stderr,
        )
        return 1
    for name, data in make_recordings().items():
        path = SAMPLE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        print(f"{path}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
