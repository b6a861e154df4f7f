"""Group bias: whom the corpus speaks of and beside what, hints for the mix, and conversations with the groups exchanged."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.assets.data_files import files_in
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of_said
from pixel_assets.safety.bias.counterfactual import COUNTERFACTUAL_PAIRS, NOT_SWAPPED, counterfactuals
from pixel_assets.safety.bias.report import BIAS_REPORT, BiasLimits, bias_report
from pixel_assets.safety.bias.weights import MIX_HINTS, weights
from pixel_assets.store.query import to_table

# A share of the conversations by the hash of their id, so that those of yesterday are among those of tomorrow
_SWAPPABLE = """
    SELECT conversation_id FROM safety_scores JOIN safety_verdicts USING (conversation_id)
    WHERE verdict IN ('pass', 'redact') AND list_has_any(list_transform(identities, lambda one: split_part(one, ':', 1)), $axes)
        AND ('0x' || left(conversation_id, 8))::BIGINT < $share * 4294967296
    ORDER BY conversation_id
"""
_OUTCOMES = """
    SELECT conversation_id, c.category, c.source, s.crisis_level, s.sentiment, s.diagnoses AS diagnosis, v.verdict
    FROM safety_scores s JOIN safety_verdicts v USING (conversation_id) JOIN redacted_corpus c USING (conversation_id)
    ORDER BY conversation_id
"""
_DATA = (*files_in("safety/bias"), *files_in("safety/data", "wording/data"), "safety/hate/data/slurs.yaml")


def report(run: StepRun) -> None:
    """Rates of every group and what stands beside it, and how the mix would have to weigh to reach the wanted rates."""
    settings = run.settings.bias
    with run.query() as connection:
        table = connection.sql(_OUTCOMES).to_arrow_table()
        found = connection.sql("SELECT * FROM safety_findings WHERE area = 'identity'").to_arrow_table()
    made = bias_report(found, table, BiasLimits.of(settings))
    run.write(made, "bias_report")
    run.write(weights(found, table, settings.targets), "mix_hints")
    run.measures["flagged"] = pc.sum(made["flagged"].cast(pa.int64())).as_py() or 0


def counterfactual_pairs(run: StepRun) -> None:
    """Exchange the groups in a share of the conversations that speak of them."""
    settings, corpus = run.settings.bias, run.inputs["redacted_corpus"]
    with run.query() as connection:
        asked = {"axes": list(settings.swap_axes), "share": settings.swap_share}
        chosen = to_table(connection, _SWAPPABLE, asked)["conversation_id"]
    ids = corpus.read(["conversation_id"])["conversation_id"]
    rows = np.flatnonzero(pc.is_in(ids, value_set=chosen.combine_chunks()))
    keys = keys_of_said(corpus)[rows]
    todo = run.reuse(keys).compute
    wanted = np.zeros(len(ids), bool)
    wanted[rows[todo]] = True
    key_of_row = np.zeros((len(ids), 2), np.uint64)
    key_of_row[rows] = keys
    done, total = 0, int(todo.sum())
    for batch, positions in corpus.matching(wanted, ["conversation_id", "turns"]):
        made = counterfactuals(pa.Table.from_batches([batch]), settings.swap_axes, settings.seed)
        for name, table in (("counterfactual_pairs", made.pairs), ("rejected_counterfactuals", made.not_swapped)):
            at = pc.index_in(table["conversation_id"], value_set=batch.column("conversation_id")).to_numpy()
            run.write(table, name, key_of_row[positions[at]])
        done += batch.num_rows
        run.say(done, total, "conversations rewritten")


BIAS_REPORT_STEP = Step(
    group="safety",
    assets=(
        Asset(
            "bias_report",
            "How often each group is spoken of, and what stands beside it more or less often than beside others.",
            BIAS_REPORT,
            key=("axis", "group", "measure", "outcome", "scope"),
        ),
        Asset(
            "mix_hints",
            "By how much the conversations of a group would count more or less to reach the rates that are wanted.",
            MIX_HINTS,
            key=("axis", "group"),
        ),
    ),
    inputs=("redacted_corpus", "safety_scores", "safety_findings", "safety_verdicts"),
    compute=report,
    settings=("bias",),
    owner="team:safety",
)

COUNTERFACTUAL_PAIRS_STEP = Step(
    group="safety",
    assets=(
        Asset(
            "counterfactual_pairs",
            "Conversations with the groups that they speak of exchanged, for augmentation of what is trained on.",
            COUNTERFACTUAL_PAIRS,
            key=("pair_id",),
            derived_from={"conversation_id": (("redacted_corpus", "conversation_id"),), "turns": (("redacted_corpus", "turns"),)},
        ),
        Asset(
            "rejected_counterfactuals",
            "Conversations that were not rewritten, and why: their meaning hangs on the group, or a word has no counterpart.",
            NOT_SWAPPED,
            key=("conversation_id", "axis"),
            derived_from={"conversation_id": (("redacted_corpus", "conversation_id"),)},
        ),
    ),
    inputs=("redacted_corpus", "safety_scores", "safety_verdicts"),
    compute=counterfactual_pairs,
    settings=("bias",),
    data_files=_DATA,
    owner="team:safety",
)
