"""Sounds made for the tests, and files of them in many encodings."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from pixel_assets.speech.audio import SAMPLE_RATE, Samples

# name: container, codec, sample rate that the codec is given
ENCODINGS: Final = {
    "wav": ("wav", "pcm_s16le", 16_000),
    "flac": ("flac", "flac", 44_100),
    "mp3": ("mp3", "libmp3lame", 44_100),
    "opus": ("ogg", "libopus", 48_000),
    "m4a": ("ipod", "aac", 44_100),
    "mulaw": ("wav", "pcm_mulaw", 8_000),
}


def tone(hertz: float, seconds: float, level: float = 0.3) -> Samples:
    """A sine."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def buzz(hertz: float, seconds: float, level: float = 0.1) -> Samples:
    """A sound with ten harmonics, as voices have them."""
    return np.sum([tone(hertz * n, seconds, level / n) for n in range(1, 11)], axis=0, dtype=np.float32)


def babble(seed: int, seconds: float) -> Samples:
    """Buzzes of changing height and loudness, eight in a second: no speech, but no two alike."""
    random = np.random.default_rng(seed)
    count = round(seconds * 8)
    return np.concatenate([buzz(random.uniform(90, 300), 1 / 8, random.uniform(0.02, 0.2)) for _ in range(count)])


def encoded(channels: Samples, encoding: str) -> bytes:
    """A file of 16 kHz samples: one row for each channel, or a plain array for one."""
    container, codec, rate = ENCODINGS[encoding]
    planes = np.atleast_2d(channels)
    layout = "mono" if len(planes) == 1 else "stereo"
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(planes), format="fltp", layout=layout)
        frame.sample_rate = SAMPLE_RATE
        resampler = AudioResampler(stream.format.name, layout, rate, stream.codec_context.frame_size or 1_024)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()


def write(path: Path, channels: Samples, encoding: str = "wav") -> Path:
    """Write such a file; gives its path."""
    path.write_bytes(encoded(channels, encoding))
    return path
