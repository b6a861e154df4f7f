"""What variants are made of, as queries over the assets that they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.store.query import to_table

_TRAITS: Final = ("population", "modality", "stage")
PARENTS: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("conversation_id", "category", "source")),
        ("turns", TURNS),
        ("reasoning", pa.string()),
        ("language", pa.string()),
        ("danger", pa.bool_()),
        *(field for name in _TRAITS for field in ((name, pa.string()), (f"{name}_strength", pa.float64()))),
    ]
)
SCENARIOS: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("conversation_id", "category", "source", "detail")),
        ("turns", TURNS),
        ("reasoning", pa.string()),
    ]
)
SWAPPED: Final = pa.schema([*((name, pa.string()) for name in ("pair_id", "conversation_id", "detail")), ("turns", TURNS)])
KEYED: Final = pa.schema([(name, pa.string()) for name in ("conversation_id", "text_key")])
HELD_OUT: Final = pa.schema([*KEYED, ("group_key", pa.string()), ("turns", TURNS)])

_ABOUT_DANGER: Final = "coalesce(metadata->>'form', '') IN ('edge_case', 'safety_protocol')"  # as generation says

# Danger that is only hinted at is missed by the gate, so conversations that were written about danger count by what they are
_PARENTS: Final = f"""
    SELECT conversation_id, category, source, redacted_corpus.turns, reasoning, language,
        crisis_level <> 'none' OR {_ABOUT_DANGER} AS danger,
        {", ".join(f"{name}, {name}_strength" for name in _TRAITS)}
    FROM dataset_splits JOIN redacted_corpus USING (conversation_id) JOIN conversation_traits USING (conversation_id)
        JOIN safety_verdicts USING (conversation_id)
    WHERE split = 'train' ORDER BY conversation_id
"""
_HELD_OUT: Final = """
    SELECT conversation_id, text_key, conversation_traits.group_key, redacted_corpus.turns
    FROM dataset_splits JOIN redacted_corpus USING (conversation_id) JOIN conversation_traits USING (conversation_id)
    WHERE split <> 'train' ORDER BY conversation_id
"""
_SWAPPED: Final = """
    SELECT pair_id, conversation_id, axis || ': ' || from_group || ' → ' || to_group AS detail, turns
    FROM counterfactual_pairs SEMI JOIN (FROM dataset_splits WHERE split = 'train') USING (conversation_id) ORDER BY pair_id
"""
# Generated conversations about danger that may be used and are not: the mix had no room for them
_SCENARIOS: Final = f"""
    SELECT conversation_id, category, source, 'severity: ' || coalesce(metadata->>'severity', metadata->>'risk') AS detail,
        turns, reasoning
    FROM redacted_corpus SEMI JOIN (FROM decisions WHERE keep) USING (conversation_id)
        ANTI JOIN dataset_splits USING (conversation_id)
    WHERE {_ABOUT_DANGER}
        AND coalesce(metadata->>'severity', metadata->>'risk') IN ('imminent', 'high', 'voiced')
    ORDER BY conversation_id
"""


@dataclass(frozen=True)
class Material:
    """What variants are made of, and what they must not be like."""

    parents: pa.Table  # PARENTS: the train split
    swapped: pa.Table  # SWAPPED: rewritten conversations of the train split
    scenarios: pa.Table  # SCENARIOS: conversations beside the mix whose clusters are in train
    held_out: pa.Table  # HELD_OUT: validation and test
    known: pa.Table  # KEYED: the whole corpus


def scenario_ids(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """``conversation_id`` of the crisis scenarios beside the mix, whose splits :func:`material` asks for."""
    return to_table(connection, f"SELECT conversation_id FROM ({_SCENARIOS})")


def held_out(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """``HELD_OUT``: all that is in validation and test."""
    return to_table(connection, _HELD_OUT).cast(HELD_OUT)


def material(connection: duckdb.DuckDBPyConnection, sides: pa.Table) -> Material:
    """Read all of it from a connection with views of dataset_splits, redacted_corpus, conversation_traits, safety_verdicts,
    counterfactual_pairs and decisions.

    ``sides`` has ``conversation_id`` and ``split`` of the scenarios, as :func:`pixel_assets.selection.splits.split` gives them
    for :func:`scenario_ids` as the mix: those that are tied to held-out rows are left out.
    """
    connection.register("sides", sides)
    in_train = "SEMI JOIN (FROM sides WHERE split = 'train') USING (conversation_id)"
    scenarios = f"SELECT * FROM ({_SCENARIOS}) {in_train} ORDER BY conversation_id"
    return Material(
        to_table(connection, _PARENTS).cast(PARENTS),
        to_table(connection, _SWAPPED).cast(SWAPPED),
        to_table(connection, scenarios).select(SCENARIOS.names).cast(SCENARIOS),
        held_out(connection),
        to_table(connection, "SELECT conversation_id, text_key FROM conversation_traits ORDER BY conversation_id").cast(KEYED),
    )
