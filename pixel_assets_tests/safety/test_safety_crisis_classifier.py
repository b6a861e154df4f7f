"""The trained part of crisis detection: counts, features, scores of single conversations, and that fitting them is repeatable."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.errors import PixelError, SettingsError
from pixel_assets.safety.crisis import kernels
from pixel_assets.safety.crisis.classifier import CRISIS_MODEL, PACKAGED, CrisisModel, read_model, with_reader, write_model
from pixel_assets.safety.crisis.features import FOUND, count_found, count_words, packaged_words, pooled, rates
from pixel_assets.safety.crisis.fit import LABELLED, fit_model
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import fold


def says(*texts: str, role: str = "user") -> list[dict[str, str]]:
    return [{"role": role, "content": text} for text in texts]


def counted(text: str) -> dict[str, int]:
    words = packaged_words()
    (row,) = count_words(fold([text]), words).tolist()
    names = ["words", "sentences", "self", "you", "questions", *words.categories, *(f"self:{c}" for c in words.categories)]
    return {name: count for name, count in zip(names, row, strict=True) if count}


def test_words_are_counted_by_category_and_sentence() -> None:
    assert counted("I felt tired. You are kind! Do they know?") == {
        "words": 9, "sentences": 3, "self": 1, "you": 1, "questions": 1,
        "i": 1, "past": 1, "hopeless": 1, "present": 2, "other": 1,
        "self:i": 1, "self:past": 1, "self:hopeless": 1,
    } | {"you": 1}  # fmt: skip


def test_a_sentence_that_turns_to_another_is_no_self_disclosure() -> None:
    found = counted("I hope you are not alone")
    assert "self" not in found
    assert found["hopeless"] == 1


def test_apostrophes_case_and_accents_make_no_difference() -> None:
    assert counted("I’M alone, I CAN'T sleep") == counted("im alone, i cant sleep")


def test_empty_texts_count_nothing() -> None:
    assert counted("") == counted(" ...!") == {}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_counts_of_a_conversation_are_the_sums_of_its_turns(texts: list[str]) -> None:
    turns = Turns.of([says(*texts)])
    counts = count_words(turns.folded, packaged_words())
    assert pooled(counts, turns).tolist() == [counts.sum(0).tolist()]
    assert (counts >= 0).all()
    assert (counts[:, kernels.SELF] + counts[:, kernels.OTHER] <= counts[:, kernels.SENTENCES]).all()
    assert np.isfinite(rates(counts, packaged_words())).all()


def test_what_others_say_is_not_pooled() -> None:
    turns = Turns.of([[*says("I am tired"), *says("I am here for you", role="assistant")], []])
    total = pooled(count_words(turns.folded, packaged_words()), turns)
    assert total[:, kernels.WORDS].tolist() == [3, 0]


def test_findings_are_counted_where_they_stand_and_as_what_they_are() -> None:
    def finding(conversation: int, turn: int, **more: object) -> Finding:
        given = {"start": 0, "end": 1, "area": "crisis", "rule": "r", "kind": "self_harm", "level": 2, "speaker": "user"} | more
        return Finding(conversation, turn, **given)  # type: ignore[arg-type]

    turns = Turns.of([says("a", "b"), [], says("c")])
    found = [
        finding(0, 1), finding(0, 1, frame="negated"), finding(2, 0, level=1), finding(2, 0, subject="other"),
        finding(2, 0, time="past"), finding(2, 0, frame="idiom"), finding(2, 0, level=3), finding(2, 0, area="hate"),
        finding(2, -1), finding(0, 0, level=0),
    ]  # fmt: skip
    rows = [dict(zip(FOUND, row, strict=True)) for row in count_found(turns, found).tolist()]
    nothing = dict.fromkeys(FOUND, 0)
    assert rows == [
        nothing | {"unreal": 1},
        nothing | {"risk": 1, "negated": 1},
        nothing | {"concern": 1, "other": 1, "past": 1, "unreal": 1, "imminent": 1},
    ]


def test_a_category_without_a_source_is_named(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("i: {source: s, en: i}\nyou: {en: you}\n")
    with pytest.raises(SettingsError, match=r"words\.yaml, line 2: you\.source: the key is missing"):
        packaged_words(tmp_path / "words.yaml")


@pytest.fixture(scope="module")
def model() -> CrisisModel:
    return CrisisModel.load()


DESPAIR = "I feel so hopeless and alone. I am a burden and I wish I was dead. I tried to end my life before."
SUPPORT = "I hope you find someone to talk to. You are strong and you should ask for help, please take care."
WORK = "My manager moved the deadline again. The report is long and the office is loud."


def test_despair_scores_above_support_and_everyday_trouble(model: CrisisModel) -> None:
    turns = Turns.of([says(text) for text in (DESPAIR, SUPPORT, WORK)])
    for despair, support, work in (model.scores(turns, []), model.conversation_scores(turns, [])):
        assert despair > 0.5 > max(support, work)


def test_only_what_the_user_says_is_scored(model: CrisisModel) -> None:
    turns = Turns.of([[*says(WORK), *says(DESPAIR, role="assistant"), *says(DESPAIR, role="system")], []])
    assert model.scores(turns, [])[1:].tolist() == [0, 0]
    alone = Turns.of([says(WORK)])
    assert model.conversation_scores(turns, []).tolist() == [*model.conversation_scores(alone, []), 0]


def test_the_highest_score_is_that_of_the_gravest_turn_of_the_user(model: CrisisModel) -> None:
    turns = Turns.of([says(WORK, DESPAIR, WORK), says(DESPAIR, role="assistant"), says(DESPAIR), []])
    highest = model.highest_scores(turns, [], np.zeros(len(turns), bool))
    work = model.highest_scores(Turns.of([says(WORK)]), [], np.zeros(1, bool))
    assert highest[0] == highest[2] > work[0]
    assert np.isnan(highest[[1, 3]]).all()


def test_what_cues_left_open_is_a_crisis_sooner_than_what_they_are_silent_on(model: CrisisModel) -> None:
    turns = Turns.of([says(DESPAIR), says(SUPPORT), says(WORK)])
    alone = replace(model, reader=None)
    silent, left_open = (alone.highest_scores(turns, [], np.full(3, given)) for given in (False, True))
    assert (left_open >= silent).all()
    assert model.open <= model.silent


def test_the_reader_decides_on_turns_that_are_left_open_or_likely_and_on_no_other(model: CrisisModel) -> None:
    assert model.reader is not None
    turns = Turns.of([says(DESPAIR), says(WORK)])
    likely = replace(model, asked=-50.0).highest_scores(turns, [], np.zeros(2, bool))
    unlikely = replace(model, asked=50.0).highest_scores(turns, [], np.zeros(2, bool))
    asked = replace(model, asked=50.0).highest_scores(turns, [], np.ones(2, bool))
    alone = replace(model, reader=None, silent=0.0, open=0.0).highest_scores(turns, [], np.zeros(2, bool))
    told = model.reader.logits([DESPAIR, WORK]) + model.reader.beside * np.log(alone / (1 - alone))
    assert likely == pytest.approx(1 / (1 + np.exp(model.reader.silent - told)), abs=1e-4)
    assert asked == pytest.approx(1 / (1 + np.exp(model.reader.open - told)), abs=1e-4)
    assert (unlikely < 0.5).all()


def test_without_its_row_the_coefficients_decide_alone() -> None:
    table = read_model(PACKAGED)
    assert CrisisModel.of(table).reader is None
    assert CrisisModel.of(with_reader(table)).reader is not None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from([DESPAIR, SUPPORT, WORK, "", "??", "ok"]), max_size=3), max_size=4))
def test_a_score_depends_on_its_conversation_alone(model: CrisisModel, talks: list[list[str]]) -> None:
    turns = Turns.of([says(*talk) for talk in talks])
    together = model.conversation_scores(turns, [])
    assert ((together >= 0) & (together <= 1)).all()
    assert together.tolist() == [float(model.conversation_scores(Turns.of([says(*talk)]), [])[0]) for talk in talks]
    each = [score for talk in talks for score in model.scores(Turns.of([says(*talk)]), []).tolist()]
    assert model.scores(turns, []).tolist() == each


def test_the_packaged_model_says_how_it_was_fitted(model: CrisisModel) -> None:
    assert {"vectors", "words", "split", "validation", "set:cssrs", "conversation:cssrs", "transfer:hard_cases"} <= set(
        model.about
    )


def test_a_model_survives_writing_and_reading(tmp_path: Path) -> None:
    table = read_model(PACKAGED)
    assert table.schema.equals(CRISIS_MODEL, check_metadata=True)
    write_model(table, tmp_path / "model.json")
    assert (tmp_path / "model.json").read_bytes() == PACKAGED.read_bytes()


def test_a_model_for_other_features_words_or_vectors_is_refused() -> None:
    rows = read_model(PACKAGED).to_pylist()
    fewer = pa.Table.from_pylist([row for row in rows if row["name"] != "word:death"], CRISIS_MODEL)
    with pytest.raises(PixelError, match="other features"):
        CrisisModel.of(fewer)
    for name in ("words", "vectors"):
        older = [row | {"note": "0"} if row["name"] == name else row for row in rows]
        with pytest.raises(PixelError, match=f"other {name}"):
            CrisisModel.of(pa.Table.from_pylist(older, CRISIS_MODEL))
    with pytest.raises(PixelError, match="no usable part wording"):
        CrisisModel.of(pa.Table.from_pylist([row for row in rows if row["part"] != "wording"], CRISIS_MODEL))
    with pytest.raises(PixelError, match="no operating points"):
        CrisisModel.of(pa.Table.from_pylist([row for row in rows if row["name"] != "silent"], CRISIS_MODEL))
    with pytest.raises(PixelError, match="no usable part turn"):
        CrisisModel.of(pa.Table.from_pylist([row for row in rows if row["part"] != "turn"], CRISIS_MODEL))


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(PixelError, match=r"model\.json"):
        CrisisModel.load(tmp_path / "model.json")


def test_fitting_the_same_rows_twice_gives_the_same_model_and_it_tells_them_apart() -> None:
    rows = [
        {"dataset": "invented", "group": str(number), "crisis": crisis, "turns": says(WORK if number % 2 else SUPPORT, text)}
        for number in range(12)
        for crisis, text in ((True, DESPAIR), (False, WORK))
    ]
    labelled = pa.Table.from_pylist(rows, LABELLED)
    fitted = fit_model(labelled)
    assert fitted.equals(fit_model(labelled))
    model, turns = CrisisModel.of(fitted), Turns.of([says(DESPAIR), says(WORK)])
    for despair, work in (model.scores(turns, []), model.conversation_scores(turns, [])):
        assert despair > 0.5 > work
    assert model.about["set:invented"] == "24 rows, 12 crises"
