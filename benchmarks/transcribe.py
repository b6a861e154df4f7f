"""How many words a transcript gets wrong, file by file, and how fast it is made.

    python benchmarks/transcribe.py
    python benchmarks/transcribe.py --json
    python benchmarks/transcribe.py --voice ../shared/data/voice --model /models/faster-whisper-small.en

The recordings are those of the open data sets, transcribed as a build does it: the packaged model, one thread. Word error rate
is the number of words put in, left out or replaced by that of the words said, in percent; both sides go through Whisper's
normaliser for English first, by which eighteen thirteen is 1813 and case and punctuation do not count. The goal of 10 is for
read speech; a meeting has none. The manifest that lies beside the LibriSpeech files names another recording's words for one
of them, and a speech has no manifest, so these two texts stand here. A file without a known text counts for speed only.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

os.environ.setdefault("OMP_NUM_THREADS", "1")

import jiwer
from figures import Figure, figure, show
from whisper_normalizer.english import EnglishTextNormalizer

from pixel_assets.speech.audio import Unusable
from pixel_assets.speech.fingerprint import copies
from pixel_assets.speech.model import PACKAGED, find_model, load_model
from pixel_assets.speech.recordings import Recording, find_candidates, probe
from pixel_assets.speech.references import Reference, read_lhotse
from pixel_assets.speech.transcribe import transcribe

ROOT: Final = Path(__file__).parents[1]
VOICE: Final = ROOT.parent / "shared" / "data" / "voice"
GOAL: Final = 10.0  # percent
MANIFESTS: Final = ("libri/manifest.json", "ljspeech/cuts.json", "ami/ES2011a_sups.jsonl.gz")
KNOWN: Final = {
    "jfk": "And so my fellow Americans ask not what your country can do for you ask what you can do for your country",
    "2412-153948-0001": "It will be seen that I did not succeed in my design and that however much I may have met with that was "
    "new and strange I have been unable to reap any pecuniary advantage",
}
NOT_READ: Final = ("ami",)
EXCERPT: Final = re.compile(r"(?P<recording>\w+)\.Headset-\d+-(?P<start>\d+)s-(?P<end>\d+)s")


@dataclass(frozen=True)
class Done:
    """A transcribed file: what was said (None if nobody wrote it down), what was heard, and the seconds that it took."""

    recording: Recording
    said: str | None
    heard: str
    took: float


def said_in(path: Path, references: list[Reference]) -> str | None:
    """The words of a file by its name, which may be that of an excerpt of a longer recording."""
    if path.stem in KNOWN:
        return KNOWN[path.stem]
    excerpt = EXCERPT.fullmatch(path.stem)
    name, start, end = (excerpt["recording"], float(excerpt["start"]), float(excerpt["end"])) if excerpt else (path.stem, 0, 1e9)
    spoken = [
        reference.text
        for reference in references
        if reference.recording == name and start < ((reference.end or reference.start) + reference.start) / 2 < end
    ]
    return " ".join(spoken) or None


def listen(voice: Path, model_name: str) -> tuple[list[Done], dict[str, Unusable]]:
    """Transcribe all files; also which of them cannot be used."""
    references = [reference for name in MANIFESTS for reference in read_lhotse(voice / name)]
    model = find_model(model_name)
    load_model(model)
    done, unusable = [], {}
    for candidate in find_candidates(voice):
        started = time.perf_counter()
        recording = probe(candidate.path)
        if isinstance(recording, Unusable):
            unusable[candidate.path.name] = recording
            continue
        heard = transcribe(recording, model).text
        done.append(Done(recording, said_in(candidate.path, references), heard, time.perf_counter() - started))
    return done, unusable


def measure(voice: Path, model_name: str) -> list[Figure]:
    """All figures."""
    done, unusable = listen(voice, model_name)
    normalise = EnglishTextNormalizer()
    rates, read_said, read_heard = [], [], []
    for item in done:
        if item.said is None:
            continue
        path, said, heard = item.recording.path, normalise(item.said), normalise(item.heard)
        read = path.parent.name not in NOT_READ
        if read:
            read_said.append(said)
            read_heard.append(heard)
        speed = round(item.took / item.recording.seconds, 3)
        rate = 100 * jiwer.wer(said, heard)
        rates.append(
            figure(f"wer {path.name}", rate, "%", len(said.split()), goal=GOAL if read else None, real_time_factor=speed)
        )
    seconds = sum(item.recording.seconds for item in done)
    alike = copies({item.recording.path.name: item.recording.fingerprint for item in done})
    encodings = [item for item in done if item.recording.path.stem == "jfk"]
    as_copies = sum(1 for item in encodings if item.recording.path.name in alike)
    nothing_said = [found.reason for name, found in unusable.items() if (voice / "nonspeech" / name).exists()]
    return [
        *rates,
        figure("wer of all read speech", 100 * jiwer.wer(read_said, read_heard), "%", len(read_said), goal=GOAL),
        figure("files without a known text", sum(1 for item in done if item.said is None), "files", len(done)),
        figure("recordings in the encodings of one", len(encodings) - as_copies, "files", len(encodings), goal=1),
        figure("copies of another recording", len(alike), "files", len(done)),
        figure("non-speech files left out", len(nothing_said), "files", 1, goal=1, at_least=True, reasons=nothing_said),
        figure("real-time factor", sum(item.took for item in done) / seconds, "s/s", len(done)),
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", type=Path, default=VOICE, help="folder of the open recordings")
    parser.add_argument("--model", default=PACKAGED, help="the packaged model, or a folder with one in CTranslate2's form")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    if not options.voice.is_dir():
        parser.error(f"there is no folder {options.voice}; name one with --voice")
    figures = measure(options.voice, options.model)
    show(figures, as_json=options.json)
    raise SystemExit(0 if all(item["met"] is not False for item in figures) else 1)


if __name__ == "__main__":
    main()
