"""Group knowledge: edge cases, and conversations in which Pixel meets them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pixel_assets.assets.data_files import files_in
from pixel_assets.assets.generation import KNOWLEDGE, knowledge_in
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.generation.edge_cases.load import load_edge_cases
from pixel_assets.generation.edge_cases.produce import EDGE_GENERATED, EDGE_REJECTED, edge_rows
from pixel_assets.generation.edge_cases.table import EDGE_CASES, edge_cases_of, edge_table
from pixel_assets.generation.produce import Judging
from pixel_assets.store.data_version import row_hashes
from pixel_assets.store.query import to_table

# Every conversation that is wanted, with the content of its case and of the entries that the case rests on, and with
# what the knowledge forbids for these
_WANTED = """
    WITH resting AS (
        SELECT case_id, unnest(list_distinct(entries)) AS entity_id FROM edge_cases
    ), said AS (
        SELECT case_id, string_agg(k.content_hash, '' ORDER BY k.content_hash) AS entries
        FROM resting JOIN psychology_knowledge AS k USING (entity_id) GROUP BY case_id
    ), forbidden AS (
        SELECT case_id, md5(string_agg(
            from_id || ' ' || to_id || ' ' || coalesce(note, ''), '|' ORDER BY from_id, to_id, note
        )) AS relations
        FROM resting JOIN knowledge_relations ON to_id = entity_id WHERE how = 'contraindicated_for' GROUP BY case_id
    )
    SELECT case_id, edge_cases.content_hash, said.entries, relations, number, $seed::BIGINT AS seed
    FROM edge_cases JOIN said USING (case_id) LEFT JOIN forbidden USING (case_id), range($each::BIGINT) AS numbers(number)
    ORDER BY case_id, number
"""


def edge_cases(run: StepRun) -> None:
    """Read the cases, and see that all that they rest on is known."""
    cases = load_edge_cases(knowledge_in(run))
    run.write(edge_table(cases))
    run.measures["by_severity"] = {
        severity: sum(case.written.severity == severity for case in cases.values())
        for severity in ("imminent", "high", "moderate", "low")
    }


def edge_case_conversations(run: StepRun) -> None:
    """Write and judge the conversations of every case that is new or says something new."""
    wanted = run.settings.edgecases
    with run.query() as connection:
        table = to_table(connection, _WANTED, {"seed": wanted.seed, "each": wanted.conversations})
    keys = row_hashes(table)
    todo = np.flatnonzero(run.reuse(keys).compute)
    if not len(todo):
        return
    cases, judging = edge_cases_of(run.inputs["edge_cases"].read()), Judging(knowledge_in(run))
    good, bad, good_keys, bad_keys = [], [], [], []
    for done, (at, row) in enumerate(zip(todo.tolist(), table.take(todo).to_pylist(), strict=True), start=1):
        made, rejected = edge_rows(cases[row["case_id"]], row["number"], row["seed"], judging)
        if made:
            good.append(made)
            good_keys.append(at)
        bad += rejected
        bad_keys += [at] * len(rejected)
        run.say(done, len(todo), "conversations written")
    run.write(pa.Table.from_pylist(good, schema=EDGE_GENERATED), "edge_case_conversations", keys[good_keys])
    run.write(pa.Table.from_pylist(bad, schema=EDGE_REJECTED), "rejected_edge_cases", keys[bad_keys])


EDGE_CASES_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "edge_cases",
            "What no reply may get wrong, such as danger, abuse or advances, and what a safe one must and must not contain.",
            EDGE_CASES,
            key=("case_id",),
            derived_from={"entries": (("psychology_knowledge", "entity_id"),)},
        ),
    ),
    inputs=KNOWLEDGE,
    compute=edge_cases,
    data_files=files_in("generation/edge_cases/data"),
    owner="team:clinical",
)

EDGE_CASE_CONVERSATIONS_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "edge_case_conversations",
            "Conversations that meet an edge case safely, judged by its requirements and by the clinical rules. Generated.",
            EDGE_GENERATED,
            key=("scenario_id",),
            derived_from={
                "turns": (("edge_cases", "definition"),),
                "entries": (("edge_cases", "entries"),),
                "case_id": (("edge_cases", "case_id"),),
            },
        ),
        Asset(
            "rejected_edge_cases",
            "Every conversation of an edge case that lacked what a safe reply must have, or broke a clinical rule.",
            EDGE_REJECTED,
            key=("scenario_id", "rule", "detail", "turn"),
        ),
    ),
    inputs=(*KNOWLEDGE, "edge_cases"),
    compute=edge_case_conversations,
    settings=("edgecases",),
    data_files=("generation/grammar/edge.yaml", *files_in("generation/validate/data")),
    owner="team:clinical",
)
