"""The corpus with planted truth: one JSON Lines file, the truth as Parquet, and a registry with one source.

Rows are made in chunks, each from the seed and its own number, so memory hardly grows with the number of rows (about 30
bytes a row for the plan and the originals of duplicates) and the same arguments give the same bytes.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from planted.chats import ENGLISH, Chat, load_prose, make_chats
from planted.damage import damaged
from planted.plan import CLUSTERED, Kind, Plan, Rates, make_plan
from planted.prose import Positions, Prose, write
from planted.sentences import texts, with_crisis, with_identifiers, with_sentence
from planted.shapes import messages, shape_for
from planted.similar import BUCKETS, FEWEST_WORDS, jaccard, make_chain, nearly, respelled, shingles
from planted.truth import TRUTH, Planted, to_table

CHUNK: Final = 8192
FILE: Final = "merged_dataset.jsonl"
TRUTH_FILE: Final = "truth.parquet"
THOUGHTS: Final = 0.1  # share of the chats of one pair of turns that come with a chain of thought, if shapes are mixed
WORDS_BEFORE_A_THOUGHT: Final = 90
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Recipe:
    """All that decides the bytes of a corpus."""

    rows: int
    rates: Rates
    seed: int
    mixed: bool = False  # records of many shapes instead of messages alone


def write_corpus(folder: Path, recipe: Recipe, processes: int = 1, progress: Progress | None = None) -> None:
    """Write ``merged_dataset.jsonl``, ``truth.parquet`` and ``sources.yaml``; the bytes do not depend on ``processes``."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    with (folder / FILE).open("wb") as file, pq.ParquetWriter(folder / TRUTH_FILE, TRUTH, compression="zstd") as truth:
        for chunk in _chunks(recipe, processes):
            file.write(chunk.lines)
            truth.write_table(chunk.truth)
            rows += chunk.rows
            if progress:
                progress(rows, recipe.rows)
    entry = {"path": FILE, "category": "mental_health", "title": "Made-up corpus with planted truth", "licence": "Apache-2.0"}
    (folder / "sources.yaml").write_text(yaml.safe_dump({"merged_dataset": entry}, sort_keys=False))


class Chunk(NamedTuple):
    """Some consecutive rows."""

    rows: int
    lines: bytes
    truth: pa.Table


def _chunks(recipe: Recipe, processes: int) -> Iterator[Chunk]:
    starts = range(0, recipe.rows, CHUNK)
    if processes == 1 or len(starts) == 1:
        yield from map(Maker(recipe).chunk, starts)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _prepare, (recipe,)) as pool:
        waiting: deque[Future[Chunk]] = deque()
        for start in starts:  # a few chunks ahead of the writing, so that they do not pile up
            waiting.append(pool.submit(_chunk, start))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        for future in waiting:
            yield future.result()


_maker: Maker


def _prepare(recipe: Recipe) -> None:
    global _maker
    _maker = Maker(recipe)


def _chunk(start: int) -> Chunk:
    return _maker.chunk(start)


class Maker:
    """Makes chunks of rows; holds what they share."""

    def __init__(self, recipe: Recipe) -> None:
        self._rows, self._seed, self._mixed = recipe.rows, recipe.seed, recipe.mixed
        self._prose: Prose = load_prose()
        self._plan: Plan = make_plan(recipe.rows, recipe.rates, recipe.seed)
        self._spare = [word for word in self._prose.words[: self._prose.count].to_pylist() if word.isascii() and word.isalpha()]
        self._originals = {kind: self._make_originals(kind) for kind in CLUSTERED}
        rng = np.random.default_rng([self._seed, 2])
        self._chain = make_chain(self._prose, rng, int((self._plan.kind == Kind.CHAIN).sum()))

    def chunk(self, start: int) -> Chunk:
        """Lines and truth of the rows from ``start`` on, which counts from 0."""
        end = min(self._rows, start + CHUNK)
        rng, random_ = np.random.default_rng([self._seed, 3, start]), random.Random(f"{self._seed} {start}")
        kinds = self._plan.kind[start:end]
        languages = np.where(kinds == Kind.LANGUAGE, rng.integers(1, len(self._prose.languages), len(kinds)), ENGLISH)
        chats = make_chats(self._prose, rng, languages)
        if self._mixed:
            _add_thoughts(self._prose, rng, chats, languages)
        chances = rng.random(len(chats)).tolist()
        lines: list[bytes] = []
        planted: list[Planted] = []
        for row, (kind, chat) in enumerate(zip(kinds.tolist(), chats, strict=True), start=start):
            truth = None
            if kind not in (Kind.PLAIN, Kind.LANGUAGE, Kind.MALFORMED):
                chat, truth = self._plant(row, Kind(kind), chat, random_)
            if kind == Kind.LANGUAGE:
                truth = Planted(row + 1, "language", label=self._prose.languages[languages[row - start]])
            line = orjson.dumps((shape_for(chat, chances[row - start]) if self._mixed else messages)(chat))
            if kind == Kind.MALFORMED:
                label, reason, line = damaged(chat, line, random_, self._mixed)
                truth = Planted(row + 1, "malformed", label=label, reason=reason)
            lines.append(line)
            if truth:
                planted.append(truth)
        return Chunk(len(lines), b"\n".join([*lines, b""]), to_table(planted))

    def _plant(self, row: int, kind: Kind, chat: Chat, random_: random.Random) -> tuple[Chat, Planted | None]:
        """What the plan says of a row that is not plain; rows count from 0 here and from 1 in the truth."""
        cluster, member = int(self._plan.cluster[row]), int(self._plan.member[row])
        name = kind.name.lower()
        match kind:
            case Kind.EXACT_DUPLICATE | Kind.SPELLING_DUPLICATE | Kind.NEAR_DUPLICATE if cluster < 0:
                return chat, None
            case Kind.EXACT_DUPLICATE:
                return self._originals[kind][cluster], Planted(row + 1, name, cluster, member)
            case Kind.SPELLING_DUPLICATE:
                original = self._originals[kind][cluster]
                chat = respelled(original, member - 1) if member else original
                return chat, Planted(row + 1, name, cluster, member)
            case Kind.NEAR_DUPLICATE:
                original = self._originals[kind][cluster]
                if not member:
                    return original, Planted(row + 1, name, cluster, member)
                bucket = random_.choice(BUCKETS)
                near = nearly(original, bucket, self._spare, random_)
                return near.chat, Planted(row + 1, name, cluster, member, near.jaccard, bucket)
            case Kind.CHAIN:
                before = jaccard(shingles(self._chain[member - 1]), shingles(self._chain[member])) if member else None
                return self._chain[member], Planted(row + 1, name, cluster, member, before)
            case Kind.IDENTIFIER:
                chat, spans = with_identifiers(chat, random_)
                return chat, Planted(row + 1, name, spans=spans)
            case Kind.CRISIS:
                chat, span = with_crisis(chat, random_)
                return chat, Planted(row + 1, name, label=span.label, spans=(span,))
            case Kind.LOOKALIKE | Kind.IDIOM:
                sentences = texts("identifiers")["lookalikes"] if kind is Kind.LOOKALIKE else texts("crisis")["idioms"]
                chat, span = with_sentence(chat, sentences, name, random_)
                return chat, Planted(row + 1, name, spans=(span,))
            case Kind.SHARED_FORM | Kind.SYSTEM_PROMPT:
                return _with_shared_text(row, kind, chat, random_)
        return chat, None

    def _make_originals(self, kind: Kind) -> list[Chat]:
        """One chat for each cluster; the originals of near-duplicates have words enough to measure by."""
        count = int(self._plan.cluster[self._plan.kind == kind].max(initial=-1)) + 1
        rng = np.random.default_rng([self._seed, 1, int(kind)])
        chats = make_chats(self._prose, rng, np.full(count, ENGLISH))
        while kind is Kind.NEAR_DUPLICATE:
            short = [i for i, chat in enumerate(chats) if sum(len(turn.split()) for turn in chat.turns) < FEWEST_WORDS]
            if not short:
                break
            for i, chat in zip(short, make_chats(self._prose, rng, np.full(len(short), ENGLISH)), strict=True):
                chats[i] = chat
        return chats


def _with_shared_text(row: int, kind: Kind, chat: Chat, random_: random.Random) -> tuple[Chat, Planted]:
    shared = texts("prompts")["forms" if kind is Kind.SHARED_FORM else "system"]
    number = random_.randrange(len(shared))
    truth = Planted(row + 1, kind.name.lower(), number)
    if kind is Kind.SHARED_FORM:
        return chat.said(0, f"{shared[number]} {chat.turns[0]}"), truth
    return Chat(chat.turns, shared[number]), truth


def _add_thoughts(prose: Prose, rng: np.random.Generator, chats: list[Chat], languages: Positions) -> None:
    """A chain of thought for some of the chats of one pair of turns, in place."""
    chosen = np.flatnonzero((rng.random(len(chats)) < THOUGHTS) & np.array([len(chat.turns) == 2 for chat in chats]))
    thoughts = write(prose, rng, np.full(len(chosen), WORDS_BEFORE_A_THOUGHT), languages[chosen])
    for i, thought in zip(chosen.tolist(), thoughts, strict=True):
        chats[i] = Chat(chats[i].turns, thought=thought)
