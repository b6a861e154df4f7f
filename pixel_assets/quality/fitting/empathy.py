"""The fit of empathy, on replies of peers labelled by EPITOME."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.labelled.measures import macro_f1
from pixel_assets.quality import empathy
from pixel_assets.quality.columns import Columns
from pixel_assets.quality.empathy import BOTH, OUTPUTS, Mechanisms
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.fitting.figures import Told, reliability
from pixel_assets.quality.heads.fitting import FOLDS, Given, calibrated, fit_head, fold_of, held_out
from pixel_assets.quality.heads.linear import decided, softmax
from pixel_assets.quality.labelled.empathy import MECHANISMS, EmpathyRow, Place
from pixel_assets.quality.seen import Seen, Tier
from pixel_assets.wording.ngrams_fit import counts
from pixel_assets.wording.outputs import root

if TYPE_CHECKING:
    import scipy.sparse

_RIDGE, _RIDGE_OF_VECTOR, _RIDGE_OF_GRAMS, _RIDGE_OF_BOTH = 100.0, 200.0, 20.0, 3.0
_SHARE: Final = 0.3  # of a sentence that must have been marked, or
_MARKED: Final = 15  # characters of it

Numbers = npt.NDArray[np.int64]


class FittedEmpathy(NamedTuple):
    """The heads, and figures."""

    mechanisms: Mechanisms
    told: Told


def fit_empathy(rows: Sequence[EmpathyRow], tier: Tier, columns: Columns) -> FittedEmpathy:
    """Three heads for each mechanism; the first two of all mechanisms are put together."""
    seen = Seen(Exchanges.pairs([row.post for row in rows], [row.reply for row in rows]), tier)
    sentences, replies = _given(seen, columns)
    folds = fold_of([row.group for row in rows])
    firsts, seconds, both, told, held = [], [], {}, {}, []
    for name in MECHANISMS:
        levels = np.array([getattr(row, name).level for row in rows])
        marked = _marked(seen, rows, name)
        importance = np.sqrt(len(marked) / (len(OUTPUTS) * np.maximum(np.bincount(marked, minlength=len(OUTPUTS)), 1)))[marked]
        same, sentence_folds = np.ones(len(rows)), folds[seen.of_sentence]
        of_sentences = softmax(held_out(sentences, marked, OUTPUTS, importance, sentence_folds))
        of_replies = softmax(held_out(replies, levels, OUTPUTS, same, folds))
        third = Given(BOTH, empathy.both_columns(of_sentences, seen.of_sentence, of_replies), np.full(len(BOTH), _RIDGE_OF_BOTH))
        both[name], logits = calibrated(third, levels, OUTPUTS, same, folds)
        firsts.append(fit_head(sentences, marked, OUTPUTS, importance))
        seconds.append(fit_head(replies, levels, OUTPUTS, same))
        probabilities = softmax(logits)
        held.append(probabilities)
        told[name] = {
            "macro_f1": round(macro_f1(levels, decided(probabilities, both[name].shares)), 4),
            "macro_f1_most_probable": round(macro_f1(levels, probabilities.argmax(axis=1)), 4),
            **reliability(1 - probabilities[:, 0], levels > 0),
        }
    shown = np.array([any(getattr(row, name).level > 0 for name in MECHANISMS) for row in rows])
    told["any"] = reliability(empathy.any_shown(np.stack(held, axis=1)), shown)
    mechanisms = Mechanisms(empathy.joined(firsts), empathy.joined(seconds), both)
    return FittedEmpathy(mechanisms, {"replies": len(rows), "folds": FOLDS, **told})


def _given(seen: Seen, columns: Columns) -> tuple[Given, Given]:
    """What heads of sentences and of replies are fitted on."""
    import scipy.sparse

    counted, words = counts(seen.folded)
    owner = scipy.sparse.csr_array(
        (np.ones(len(words)), (seen.of_sentence, np.arange(len(words)))), shape=(len(seen.exchanges), len(words))
    )
    names = columns.for_sentences
    penalties = np.where([name in columns.vectors for name in names], _RIDGE_OF_VECTOR, _RIDGE)
    of_reply = np.bincount(seen.of_sentence, words, len(seen.exchanges)).astype(np.int64)
    kept = [number for number, name in enumerate(columns.standard.columns) if name in names]
    return (
        Given(names, columns.of_sentences(seen), penalties, _scaled(counted, words), _RIDGE_OF_GRAMS),
        Given(names, columns.of_replies(seen)[:, kept], penalties, _scaled(owner @ counted, of_reply), _RIDGE_OF_GRAMS),
    )


def _scaled(counted: scipy.sparse.csr_array, words: Numbers) -> scipy.sparse.csr_array:
    import scipy.sparse

    return scipy.sparse.csr_array(scipy.sparse.diags_array(root(words)) @ counted)


def _marked(seen: Seen, rows: Sequence[EmpathyRow], name: str) -> Numbers:
    """Of every sentence the level of its reply, if enough of it was marked as the reason for that level, and else 0."""
    owner = seen.sentences.owner
    mine = np.flatnonzero(np.isin(owner, seen.exchanges.reply))
    texts = seen.sentences.texts.take(pa.array(mine)).to_pylist()
    found, before, last = [], 0, -1
    for text, reply in zip(texts, seen.of_sentence.tolist(), strict=True):
        before = before if reply == last else 0
        shown = getattr(rows[reply], name)
        covered = sum(_overlap((before, before + len(text)), place) for place in shown.places)
        found.append(shown.level if covered >= min(_SHARE * len(text), _MARKED) else 0)
        before, last = before + len(text), reply
    return np.array(found, np.int64)


def _overlap(first: Place, second: Place) -> int:
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))
