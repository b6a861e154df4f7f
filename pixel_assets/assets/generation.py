"""Group knowledge: client scenarios from the knowledge, conversations for them, and how well both cover the field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.assets.data_files import files_in
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.errors import EndpointError
from pixel_assets.generation.coverage import COVERAGE, coverage, empty_cells
from pixel_assets.generation.diversity import measure
from pixel_assets.generation.heat_map import heat_map
from pixel_assets.generation.produce import ComposeBatch, Judging, Produced, in_batches, produced
from pixel_assets.generation.scenario import SCENARIOS
from pixel_assets.generation.scenarios import make_scenarios, scenario_table, scenarios_of
from pixel_assets.generation.tables import DIVERSITY, GENERATED, NEAR_DUPLICATES, REJECTED
from pixel_assets.knowledge.graph import knowledge_of
from pixel_assets.knowledge.model import Knowledge
from pixel_assets.store.data_version import row_hashes
from pixel_assets.store.query import to_table

KNOWLEDGE = ("psychology_knowledge", "knowledge_relations", "knowledge_references")
Positions = npt.NDArray[np.int64]
NOT_CACHED = "not_cached"  # the endpoint was not to be asked
_BATCH = 500  # scenarios; small enough that progress is seen
# What the conversation of a scenario is made from and judged by: the content of every entry that it names, and
# whatever else the knowledge forbids for these.
_MADE_FROM = """
    WITH used AS (
        SELECT DISTINCT scenario_id, unnest(list_transform(entries, lambda used: used.entry)) AS entity_id FROM client_scenarios
    ), said AS (
        SELECT scenario_id, string_agg(content_hash, '' ORDER BY content_hash) AS entries
        FROM used JOIN psychology_knowledge USING (entity_id) GROUP BY scenario_id
    ), forbidden AS (
        SELECT scenario_id, md5(string_agg(
            from_id || ' ' || to_id || ' ' || coalesce(note, ''), '|' ORDER BY from_id, to_id, note
        )) AS relations
        FROM used JOIN knowledge_relations ON to_id = entity_id WHERE how = 'contraindicated_for' GROUP BY scenario_id
    )
    SELECT client_scenarios.*, entries_hash, relations FROM client_scenarios
    LEFT JOIN (SELECT scenario_id, entries AS entries_hash FROM said) USING (scenario_id)
    LEFT JOIN forbidden USING (scenario_id) ORDER BY scenario_id
"""
_TEXTS = """
    SELECT conversation_id, array_to_string(list_transform(turns, lambda turn: turn.content), chr(10)) AS text
    FROM knowledge_conversations ORDER BY conversation_id
"""


def knowledge_in(run: StepRun) -> Knowledge:
    """The written entries of the knowledge base, from the tables that the step reads."""
    entities, relations, references = (run.inputs[name].read() for name in KNOWLEDGE)
    return knowledge_of(entities, relations, references)


def client_scenarios(run: StepRun) -> None:
    """Decide everything about each conversation before a word of it is written."""
    wanted = run.settings.scenarios
    scenarios = make_scenarios(knowledge_in(run), wanted.conversations, wanted.forms, wanted.seed)
    run.write(scenario_table(scenarios))
    run.measures["by_form"] = dict(sorted(Counter(scenario.form for scenario in scenarios).items()))


def knowledge_conversations(run: StepRun) -> None:
    """Write and judge a conversation for every scenario that is new, or of which an entry says something new."""
    with run.query() as connection:
        table = to_table(connection, _MADE_FROM)
    keys = row_hashes(table)
    todo = np.flatnonzero(run.reuse(keys).compute)
    done = 0
    for found, positions in _produced(run, table, todo):
        run.write(found.conversations, "knowledge_conversations", keys[positions[found.from_conversations]])
        run.write(found.rejected, "rejected_scenarios", keys[positions[found.from_rejected]])
        done += len(positions)
        run.say(done, len(todo), "conversations written")


def _produced(run: StepRun, table: pa.Table, todo: Positions) -> Iterator[tuple[Produced, Positions]]:
    """What the backend of the settings gives for the scenarios at some positions, batch by batch."""
    if not len(todo):
        return
    judging = Judging(knowledge_in(run))
    batches = in_batches(table, todo, _BATCH)
    if run.settings.generation.backend == "composer":
        yield from run.spread(ComposeBatch(judging), batches, len(todo) * 10)  # a row costs what ten costs elsewhere
        return
    from pixel_assets.generation.endpoint.backend import Endpoint
    from pixel_assets.generation.endpoint.options import EndpointOptions

    how, what = run.project.settings.endpoint, run.settings.generation
    options = EndpointOptions(
        base_url=how.url, model=what.model, api_key_variable=how.key_variable, temperature=what.temperature,
        max_tokens=what.max_tokens, timeout=how.timeout, attempts=how.attempts, max_wait=how.max_wait,
        parallel=how.parallel, offline=how.offline,
    )  # fmt: skip
    with Endpoint(options, (how.cache or run.project.warehouse.root / "answers").absolute()) as endpoint:
        for batch, positions in batches:
            scenarios = scenarios_of(batch)
            found = produced(scenarios, endpoint.compose_many(scenarios, judging.known), judging, what.model)
            _require_answers(found.rejected)
            yield found, positions


def _require_answers(rejected: pa.Table) -> None:
    """What was never asked is no result, and must not be kept as one."""
    lacking = pc.sum(pc.equal(rejected["rule"], NOT_CACHED)).as_py() or 0
    if lacking:
        raise EndpointError(
            f"{lacking:,} prompts have no answer in the cache, and the model is not asked",
            where="setting endpoint.offline (PIXEL_ENDPOINT_OFFLINE)",
            hint="Turn endpoint.offline off to ask the model, or take the cache of a build that did",
        )


def generation_coverage(run: StepRun) -> None:
    """Count scenarios and conversations in every cell of the matrix."""
    accepted = run.inputs["knowledge_conversations"].read(["scenario_id"])
    table = coverage(knowledge_in(run), run.inputs["client_scenarios"].read(), accepted)
    run.write(table)
    run.measures["required"] = pc.sum(table["required"]).as_py() or 0
    run.measures["empty"] = empty_cells(table).num_rows


def generation_diversity(run: StepRun) -> None:
    """Measure how different the conversations are from each other, and name those that are nearly the same."""
    with run.query() as connection:
        texts = to_table(connection, _TEXTS)
    found = measure(texts["text"])
    row = {name: value for name, value in asdict(found).items() if name != "pairs"}
    run.write(pa.Table.from_pylist([row], DIVERSITY), "generation_diversity")
    ids = texts["conversation_id"].combine_chunks()
    pairs = [ids.take(found.pairs["i"].combine_chunks()), ids.take(found.pairs["j"].combine_chunks()), found.pairs["jaccard"]]
    run.write(pa.table(pairs, NEAR_DUPLICATES), "generation_near_duplicates")
    run.measures.update({name: row[name] for name in ("distinct_4", "nearest_mean", "near_duplicate_share")})


CLIENT_SCENARIOS_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "client_scenarios",
            "Every conversation that is to be generated: the client, the problem, the goal, and the entries that it may use.",
            SCENARIOS,
            key=("scenario_id",),
            derived_from={"entries": (("psychology_knowledge", "entity_id"),)},
        ),
    ),
    inputs=KNOWLEDGE,
    compute=client_scenarios,
    settings=("scenarios",),
    data_files=files_in("generation/data"),
    owner="team:clinical",
)

KNOWLEDGE_CONVERSATIONS_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "knowledge_conversations",
            "A conversation for each scenario, written by grammar or by a model, and judged by the clinical rules. Generated.",
            GENERATED,
            key=("scenario_id",),
            derived_from={
                "scenario_id": (("client_scenarios", "scenario_id"),),
                "turns": (("client_scenarios", "presenting"), ("psychology_knowledge", "details")),
                "entries": (("client_scenarios", "entries"),),
            },
        ),
        Asset(
            "rejected_scenarios",
            "Every scenario that gave no conversation, with the clinical rule that it broke or what the backend lacked.",
            REJECTED,
            key=("scenario_id", "rule", "detail", "turn"),
            derived_from={"scenario_id": (("client_scenarios", "scenario_id"),)},
        ),
    ),
    inputs=(*KNOWLEDGE, "client_scenarios"),
    compute=knowledge_conversations,
    settings=("generation",),
    data_files=(*files_in("generation/grammar"), *files_in("generation/validate/data")),
    owner="team:clinical",
)

GENERATION_COVERAGE_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "generation_coverage",
            "The matrix of disorder, modality and population: what is required, and how many conversations each cell has.",
            COVERAGE,
            key=("disorder", "modality", "population"),
            derived_from={
                "scenarios": (("client_scenarios", "scenario_id"),),
                "conversations": (("knowledge_conversations", "scenario_id"),),
            },
            picture=heat_map,
        ),
    ),
    inputs=(*KNOWLEDGE, "client_scenarios", "knowledge_conversations"),
    compute=generation_coverage,
    owner="team:clinical",
)

GENERATION_DIVERSITY_STEP = Step(
    group="knowledge",
    assets=(
        Asset(
            "generation_diversity",
            "How different the generated conversations are from each other: distinct n-grams, similarity, near-duplicates.",
            DIVERSITY,
            key=("texts",),
            derived_from={"texts": (("knowledge_conversations", "turns"),)},
        ),
        Asset(
            "generation_near_duplicates",
            "Pairs of generated conversations whose word 3-grams are nearly the same.",
            NEAR_DUPLICATES,
            key=("conversation_id", "other_id"),
            derived_from={"conversation_id": (("knowledge_conversations", "conversation_id"),)},
        ),
    ),
    inputs=("knowledge_conversations",),
    compute=generation_diversity,
    owner="team:clinical",
)
