"""The plain baseline: TF-IDF of words and pairs of words, and logistic regression (scikit-learn), as anybody would try it first.

A text may come with the prompt that it answers. Then the prompt's words are columns of their own, and so is the cosine of both,
without which a linear model could not see at all whether a reply answers its prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

FEWEST_TEXTS: Final = 2  # that an n-gram comes up in
MOST_STEPS: Final = 1000


class Text(NamedTuple):
    """What is judged, and what it answers."""

    reply: str
    prompt: str = ""


@dataclass(frozen=True)
class BagOfWords:
    """A vectoriser and a regression that were fitted."""

    words: TfidfVectorizer
    regression: LogisticRegression
    paired: bool

    @classmethod
    def fitted(
        cls, texts: Sequence[Text], labels: npt.NDArray[Any], weight: npt.NDArray[np.float64] | None = None
    ) -> Self | None:
        """On texts, a label of each and what each weighs; ``None`` where there is nothing to learn.

        Without weights classes weigh the same, which is right for choosing among them and wrong for probabilities.
        """
        if len(np.unique(labels)) < 2:
            return None
        paired = any(text.prompt for text in texts)
        least = FEWEST_TEXTS if len(texts) > FEWEST_TEXTS * 10 else 1
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=least, token_pattern=r"(?u)\b\w+\b")
        words.fit([part for text in texts for part in (text if paired else text[:1])])
        regression = LogisticRegression(max_iter=MOST_STEPS, class_weight="balanced" if weight is None else None)
        made = cls(words, regression, paired)
        regression.fit(made.columns(texts), labels, sample_weight=weight)
        return made

    def columns(self, texts: Sequence[Text]) -> scipy.sparse.csr_array:
        """(texts, columns)."""
        replies = self.words.transform([text.reply for text in texts])
        if not self.paired:
            return scipy.sparse.csr_array(replies)
        prompts = self.words.transform([text.prompt for text in texts])
        cosine = replies.multiply(prompts).sum(axis=1).reshape(-1, 1)
        return scipy.sparse.csr_array(scipy.sparse.hstack([replies, prompts, scipy.sparse.csr_array(np.asarray(cosine))]))

    def said(self, texts: Sequence[Text]) -> npt.NDArray[Any]:
        """The label that each text most probably has."""
        return np.asarray(self.regression.predict(self.columns(texts)))

    def probabilities(self, texts: Sequence[Text]) -> npt.NDArray[np.float64]:
        """Of the label that sorts last, so of yes between no and yes."""
        return np.asarray(self.regression.predict_proba(self.columns(texts))[:, -1], np.float64)


def majority(labels: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """The most frequent label, said of every row; of several, the first."""
    classes, counts = np.unique(labels, return_counts=True)
    return np.repeat(classes[counts.argmax()], rows)
