"""Records of a dataset, read by the ``datasets`` library as a stream, from the hub or from a mirrored folder.

In: a dataset of the registry. Out: each record as JSON text, and the state of the stream to go on from.
No code that comes with a dataset is run and no pickle is loaded: only formats of plain data are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import datasets
from datasets.features.features import _visit

from pixel_assets.errors import SourceError
from pixel_assets.sources.readers.arrow_values import json_text
from pixel_assets.sources.source import HubDataset

READABLE: Final = frozenset({"arrow", "csv", "json", "parquet", "text", "xml"})
State = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Stream:
    """A dataset that is open for reading: the files that it is made of, in order, and its records."""

    files: tuple[str, ...]
    examples: datasets.IterableDataset

    def records(self, state: State | None = None) -> Iterator[bytes]:
        """Each record as JSON text (UTF-8), from the start or from a state on."""
        if state is not None:
            self.examples.load_state_dict(state)
        for example in self.examples:
            yield json_text(example)

    def state(self) -> State:
        """From where the stream would go on after the latest record; plain JSON data."""
        state: State = self.examples.state_dict()
        return state


def open_stream(source: str, hub: HubDataset, mirror: Path | None, scratch: Path) -> Stream:
    """Open a dataset at its pinned commit, or the folder ``mirror`` in its place.

    ``scratch`` must hold nothing that another commit left. Raises :class:`SourceError` for files outside of the
    commit or folder and for formats that are not read, and what the library raises for what it cannot find.
    """
    datasets.utils.logging.set_verbosity(datasets.utils.logging.CRITICAL)  # what fails is said once, in our own words
    datasets.disable_progress_bars()
    builder = datasets.load_dataset_builder(
        str(mirror) if mirror else f"hf://datasets/{hub.dataset}",
        name=hub.config,
        data_files={hub.split: list(hub.files)} if hub.files else None,
        revision=None if mirror else hub.revision,
        cache_dir=str(scratch),
    )
    kind = type(builder).__module__.rpartition(".")[2]
    if kind not in READABLE:
        raise SourceError(
            f"{hub.dataset} holds files of the kind {kind}, which is not read",
            where=f"source {source}",
            expected="one of " + ", ".join(sorted(READABLE)),
            hint="Name files of such a kind in hub.files, or put a converted copy into hub.mirror",
        )
    if kind == "json":
        builder.config.parse_agent_traces = False  # records are wanted as they came
    by_split = builder.config.data_files or {}
    root = mirror.resolve().as_posix() if mirror else f"hf://datasets/{hub.dataset}@{hub.revision}"
    for file in (str(file) for files in by_split.values() for file in files):
        if not (file if mirror is None else Path(file).resolve().as_posix()).startswith(root + "/"):
            raise SourceError(
                f"the card of {hub.dataset} names a file that lies elsewhere",
                where=f"source {source}",
                expected="files of the pinned commit only" if mirror is None else "files of the mirrored folder only",
                hint="Name the files to read in hub.files",
            )
        if mirror is not None:
            _refuse_pointer(source, Path(file), mirror)
    examples = builder.as_streaming_dataset(split=hub.split)
    if examples.features:
        examples = examples.cast(_without_media(examples.features))
    names = (str(file).removeprefix(root + "/") for file in by_split.get(hub.split, ()))
    return Stream(tuple(names), examples)


def _without_media(features: datasets.Features) -> datasets.Features:
    """The same features, but media stay bytes and paths. (``IterableDataset.decode`` would leave JSON values as text, too.)"""

    def leave(feature: object) -> None:
        if hasattr(feature, "decode") and not isinstance(feature, datasets.Json):
            feature.decode = False

    features = features.copy()
    _visit(features, leave)
    return datasets.Features(features)  # made anew, for it remembers which columns to decode


def _refuse_pointer(source: str, file: Path, mirror: Path) -> None:
    with file.open("rb") as stream:
        if stream.read(40).startswith(b"version https://git-lfs.github.com/spec"):
            raise SourceError(
                "the file is a pointer of Git LFS, not the data",
                where=f"source {source}, {file}",
                hint=f"Run `git lfs pull` in {mirror}",
            )
