"""What the scores of quality must hold: a row's reading is its own, and what only looks good scores below what is good.

Scores are compared in log-odds, in which evidence adds up: it moves a probability near 1 less than one near a half.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter

from pixel_assets.conversation.standard import TURNS
from pixel_assets.generation.validate.any_row import CLINICAL_FINDINGS
from pixel_assets.quality.model import QualityModel
from pixel_assets.quality.reading import read_conversations
from pixel_assets.quality.scores import quality_scores
from pixel_assets.quality.tables import ACCURACY, COHERENCE, EMPATHY, LANGUAGE, OVERALL, PARTS, QUALITY_READINGS
from pixel_assets.quality.traits import traits
from pixel_assets.safety.findings import FINDINGS
from pixel_assets.typed_yaml import read_yaml

MARGIN = 1.0  # log-odds: the control's odds are to be nearly three times those of the reply
LITTLE = 0.05  # that padding may add to a score
LEARNED = (COHERENCE, EMPATHY, ACCURACY)
SCORES = (*LEARNED, LANGUAGE)
CASES_FILE = Path(__file__).parent / "adversarial_replies.yaml"

Turns = Sequence[tuple[str, str]]


class Case(BaseModel):
    """A reply that tries to look good, and one that is."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    prompt: str
    reply: str
    control: str
    axes: tuple[Literal["coherence", "empathy", "therapeutic_accuracy", "language"], ...]
    not_seen: str | None = None  # why the product does not tell the reply from the control yet
    padding_raises: str | None = None  # why neutral sentences raise a score of the control yet


CASES: Mapping[str, Case] = read_yaml(CASES_FILE, TypeAdapter(dict[str, Case])).content
JUDGED = [(name, axis) for name, case in CASES.items() for axis in case.axes]


@cache
def model() -> QualityModel:
    return QualityModel.load()


def read(conversations: Sequence[Turns], ids: Sequence[str] | None = None) -> pa.Table:
    names = list(ids) if ids is not None else [str(number) for number in range(len(conversations))]
    turns = [[{"role": role, "content": content} for role, content in said] for said in conversations]
    return read_conversations(pa.array(names, pa.string()), pa.array(turns, TURNS), model())


def answered(prompt: str, reply: str) -> Turns:
    return (("user", prompt), ("assistant", reply))


def scores(prompt: str, reply: str) -> dict[str, Any]:
    (row,) = read([answered(prompt, reply)]).to_pylist()
    return row


def log_odds(probability: float) -> float:
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))


def test_there_are_enough_cases_of_every_kind() -> None:
    assert len(CASES) >= 12
    kinds = {case.kind for case in CASES.values()}
    assert kinds >= {"keyword stuffing", "boilerplate", "another question", "parroting", "repetition", "cut off", "contradiction"}
    assert {axis for _, axis in JUDGED} == set(SCORES)


def expected_to_fail(why: str | None) -> tuple[pytest.MarkDecorator, ...]:
    """What the product is known not to do: it is told in the case, and a test that passes after all fails."""
    return (pytest.mark.xfail(reason=why, strict=True),) if why else ()


@pytest.mark.parametrize(
    ("name", "axis"),
    [pytest.param(*each, id="-".join(each), marks=expected_to_fail(CASES[each[0]].not_seen)) for each in JUDGED],
)
def test_a_reply_that_only_looks_good_scores_clearly_below_a_good_one(name: str, axis: str) -> None:
    case = CASES[name]
    good, bad = (scores(case.prompt, reply)[axis] for reply in (case.control, case.reply))
    assert log_odds(good) - log_odds(bad) >= MARGIN, f"{axis}: control {good:.3f}, reply {bad:.3f}"


STUFFED = [name for name, case in CASES.items() if case.kind == "keyword stuffing"]


@pytest.mark.parametrize("name", STUFFED)
def test_words_of_feeling_without_a_sentence_do_not_beat_a_sincere_reply_in_empathy(name: str) -> None:
    case = CASES[name]
    assert scores(case.prompt, case.reply)[EMPATHY] <= scores(case.prompt, case.control)[EMPATHY]


PADDING = (
    "The library opens at nine. Water boils at a hundred degrees. The bus stops at the corner of the street.",
    "There are twelve months in a year. A week has seven days. Most tables have four legs. Paper is made of wood.",
)


@pytest.mark.parametrize("name", [pytest.param(name, marks=expected_to_fail(CASES[name].padding_raises)) for name in CASES])
def test_neutral_sentences_after_a_good_reply_raise_no_score(name: str) -> None:
    case = CASES[name]
    plain = scores(case.prompt, case.control)
    for padding in PADDING:
        padded = scores(case.prompt, f"{case.control} {padding}")
        assert {axis: padded[axis] for axis in SCORES if padded[axis] > plain[axis] + LITTLE} == {}


SAID = st.sampled_from(
    [
        "I feel so alone since I moved.", "What happened then?", "That sounds really hard.", "ok", "", "😀😀", "Just stop it.",
        "Ich weiß nicht, was ich tun soll, und ich schlafe schlecht.", "As an AI language model, I cannot help with that.",
        "It sounds as if you miss your brother very much, and that nobody asks how you are.", "word " * 300,
    ]
)  # fmt: skip
TURN = st.tuples(st.sampled_from(["user", "assistant", "system"]), SAID)
CONVERSATIONS = st.lists(st.lists(TURN, min_size=1, max_size=6), min_size=2, max_size=8)


@settings(max_examples=40, deadline=None)
@given(CONVERSATIONS, st.data())
def test_a_reading_is_the_same_alone_among_others_in_any_order_and_in_any_batch(said: list[Turns], data: st.DataObject) -> None:
    together = read(said).to_pylist()
    order = data.draw(st.permutations(range(len(said))))
    permuted = read([said[number] for number in order], [str(number) for number in order]).to_pylist()
    assert sorted(permuted, key=lambda row: int(row["conversation_id"])) == together
    place = data.draw(st.integers(0, len(said)))
    names = [str(number) for number in range(len(said))]
    assert read(said[:place], names[:place]).to_pylist() + read(said[place:], names[place:]).to_pylist() == together
    alone = data.draw(st.integers(0, len(said) - 1))
    assert read([said[alone]], [str(alone)]).to_pylist() == [together[alone]]


PROMPT = "I can't sleep since I lost my job."
ODD = {
    "empty": "",
    "blank": " \n ",
    "emoji": "😀🙏💙" * 50,
    "long": "I hear how tired you are of lying awake. " * 3000,
    "signs": "?!…—" * 99,
}


@pytest.mark.parametrize("name", list(ODD))
def test_an_odd_reply_is_read_and_its_scores_stay_within_bounds(name: str) -> None:
    table = read([answered(PROMPT, ODD[name])])
    assert table.schema.equals(QUALITY_READINGS)
    (row,) = table.to_pylist()
    assert all(row[axis] is None or 0 <= row[axis] <= 1 for axis in SCORES)


def test_without_conversations_there_are_no_rows() -> None:
    assert read([]).num_rows == 0


@pytest.mark.parametrize(
    "said", [[("user", PROMPT)], [("system", "Be kind."), ("user", PROMPT)]], ids=["user", "system and user"]
)
def test_a_conversation_without_a_reply_has_no_score(said: Turns) -> None:
    (row,) = read([said]).to_pylist()
    assert {axis: row[axis] for axis in SCORES} == dict.fromkeys(SCORES)


GERMAN = (
    "Seit ich meine Arbeit verloren habe, liege ich jede Nacht wach und denke darüber nach, wie es weitergehen soll.",
    "Das klingt sehr anstrengend. Was geht Ihnen durch den Kopf, wenn Sie nachts wach liegen und nicht einschlafen können?",
)


def test_what_was_learned_from_english_is_no_score_of_another_language() -> None:
    said = [answered(*GERMAN), answered(PROMPT, "That sounds exhausting. What goes through your mind when you lie awake?")]
    connection, readings = duckdb.connect(), read(said)
    turns = pa.array([[{"role": role, "content": content} for role, content in turns] for turns in said], TURNS)
    corpus = pa.table({"conversation_id": readings["conversation_id"], "turns": turns})
    found = {
        "redacted_corpus": corpus.append_column("category", [["support"] * 2]).append_column("metadata", [["{}"] * 2]),
        "conversation_traits": traits(corpus),
        "quality_readings": readings,
        "clinical_findings": CLINICAL_FINDINGS.empty_table(),
        "safety_findings": FINDINGS.empty_table(),
        "voice_profile": pa.table({"scope": pa.array([], pa.string())}),
    }
    for name, table in found.items():
        connection.register(name, table)
    german, english = quality_scores(connection, dict.fromkeys(PARTS, 1.0)).to_pylist()
    assert {axis: german[axis] for axis in (*SCORES, OVERALL)} == dict.fromkeys((*SCORES, OVERALL))
    assert f"{COHERENCE}: fitted on English, and this is de" in german["missing"]
    assert all(english[axis] is not None for axis in (*SCORES, OVERALL))
