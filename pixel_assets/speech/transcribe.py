"""From a recording to its transcript, by Whisper: deterministic, on one thread, with word times.

Long silence never reaches the model (Silero's voice activity detection cuts it out, the times stay those of the file). The
library's own thresholds are off: what is dropped, is dropped by :mod:`.hallucination`, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from pixel_assets.errors import SourceError
from pixel_assets.speech.audio import Unusable, decode
from pixel_assets.speech.hallucination import Limits, sift
from pixel_assets.speech.model import SpeechModel, load_model
from pixel_assets.speech.pitch import PitchTrack, track_pitch
from pixel_assets.speech.recordings import Recording
from pixel_assets.speech.transcript import Segment, Transcript, Word

if TYPE_CHECKING:
    from faster_whisper.transcribe import Segment as Heard  # type: ignore[import-untyped]  # it has no types

BEAMS: Final = 5
LONG_SILENCE: Final = 2.0  # seconds; shorter ones give the model its sense of sentences
AROUND_SPEECH: Final = 0.4  # seconds


def transcribe(recording: Recording, model: SpeechModel, limits: Limits | None = None) -> Transcript:
    """What is said in ``recording``; the same file and model give the same transcript, alone or among others.

    Raises :class:`SourceError` if the file can no longer be decoded.
    """
    from faster_whisper.vad import VadOptions  # type: ignore[import-untyped]  # it has no types

    audio = decode(recording.path)
    if isinstance(audio, Unusable):
        raise SourceError(
            f"the recording is {audio.reason} now",
            where=str(recording.path),
            expected="the file as it was when it was measured",
            hint="Build again when nothing writes to it",
        )
    whisper = load_model(model)
    heard, info = whisper.transcribe(
        audio.samples,
        beam_size=BEAMS,
        temperature=0.0,
        condition_on_previous_text=False,  # one mistake would be carried through the rest
        compression_ratio_threshold=None,
        log_prob_threshold=None,
        no_speech_threshold=None,
        word_timestamps=True,
        vad_filter=True,
        vad_parameters=VadOptions(min_silence_duration_ms=round(LONG_SILENCE * 1000), speech_pad_ms=round(AROUND_SPEECH * 1000)),
    )
    pitch = track_pitch(audio.samples)
    sifted = sift((part for segment in heard for part in _segments(segment, pitch)), recording.speech, limits or Limits())
    return Transcript(
        segments=sifted.kept,
        dropped=sifted.dropped,
        language=info.language,
        language_probability=round(float(info.language_probability), 3) if whisper.model.is_multilingual else None,
        model=f"{model.name}@{model.version}",
    )


def _segments(heard: Heard, pitch: PitchTrack) -> Iterator[Segment]:
    """A segment, or the parts of one that goes on after a long silence (the model did not hear it, for it was cut out)."""
    words = [
        Word(
            start=round(float(word.start), 2),
            end=round(float(word.end), 2),
            text=word.word.strip(),
            probability=round(float(word.probability), 3),
            pitch=pitch.median(word.start, word.end),
        )
        for word in heard.words or ()
        if word.word.strip()
    ]
    measures = (round(float(value), 3) for value in (heard.avg_logprob, heard.no_speech_prob, heard.compression_ratio))
    log_probability, no_speech_probability, compression_ratio = measures
    cuts = [at for at, (one, other) in enumerate(pairwise(words), start=1) if other.start - one.end >= LONG_SILENCE]
    for first, last in pairwise([0, *cuts, len(words)]):
        yield Segment(tuple(words[first:last]), log_probability, no_speech_probability, compression_ratio)
