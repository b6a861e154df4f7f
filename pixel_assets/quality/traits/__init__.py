"""Row-wise traits: what can be said of one conversation alone, without a look at any other.

Conversations go in, one row of counts, language, keys and kinds comes out for each: selection decides on these, mixes are
balanced by them, and whoever looks for conversations finds them by them.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from pixel_assets.quality.traits.complexity import complexity
from pixel_assets.quality.traits.evidence import find_evidence
from pixel_assets.quality.traits.kinds import choose
from pixel_assets.quality.traits.lengths import LENGTHS, describe_each, describe_many
from pixel_assets.quality.traits.outcome import OUTCOMES, outcome
from pixel_assets.quality.traits.phrases import load_phrases
from pixel_assets.quality.traits.stage import reached
from pixel_assets.store.schema import column

BATCH_ROWS: Final = 10_000  # bounds what is alive at once
MANY: Final = 500  # conversations from which on it pays to load the compiled loops of lengths
CHOSEN: Final = {  # families of which a conversation is one kind, and what that says
    "topic": "what it is mostly about; none where nothing shows",
    "modality": "the school of therapy that the assistant works by; none where nothing shows",
    "population": "who the user is or belongs to; unspecified where nothing shows",
    "emotion": "what the user feels most; none where nothing shows",
    "culture": "the culture, faith or migration that is spoken of; none where nothing shows",
    "reasoning_style": "how the assistant reasons with the user; none where nothing shows",
}
_STRENGTH: Final = "how strongly the words speak for this {}: its share of all that was found, from 0 to 1"


def _share(name: str, says: str) -> pa.Field:
    return column(name, pa.float64(), f"{says}, from 0 to 1")


TRAITS = pa.schema(
    [
        *LENGTHS,
        column("tokens", pa.int32(), "word pieces of what user and assistant say"),
        column("user_tokens", pa.int32(), "word pieces of what the user says"),
        column("assistant_tokens", pa.int32(), "word pieces of what the assistant says"),
        *(
            field
            for name, says in CHOSEN.items()
            for field in (
                column(name, pa.string(), says),
                column(f"{name}_strength", pa.float64(), _STRENGTH.format(name.replace("_", " "))),
            )
        ),
        column("topics", pa.list_(pa.string()), "all topics that show, the strongest first"),
        column(
            "stage", pa.string(), "how far a therapy session it goes: opening, exploration, intervention, closing; or unknown"
        ),
        _share("stage_strength", "how strongly the words speak for this stage"),
        column("outcome", pa.string(), f"by the user's words, first to second half: {', '.join(OUTCOMES)}"),
        _share("outcome_strength", "how strongly the words speak for this outcome"),
        _share("linguistic_complexity", "how hard the language is to read"),
        _share("emotional_complexity", "how many feelings the user names, and how often"),
        _share("clinical_complexity", "how many clinical topics come together, grave ones twice"),
        _share("relational_complexity", "how many kinds of persons the user speaks of"),
        _share("complexity", "mean of the four parts of complexity"),
        _share("progression", "place in a curriculum from easy to hard, by complexity, length and turns"),
    ]
)


def traits(table: pa.Table) -> pa.Table:
    """Traits of each conversation, in the order of the input.

    ``table`` has the columns ``conversation_id`` and ``turns``; the result has the schema ``TRAITS``.
    System turns count in ``turns`` and nowhere else. The group key is the hash of the first user turn
    that has words; where that has fewer than five, of all that is said, so that "hi" makes no giant group.
    """
    describe = describe_many if table.num_rows >= MANY else describe_each
    batches = table.select(["conversation_id", "turns"]).to_batches(max_chunksize=BATCH_ROWS)
    return pa.Table.from_batches([_with_kinds(batch, describe(batch)) for batch in batches], schema=TRAITS)


def _with_kinds(batch: pa.RecordBatch, lengths: pa.RecordBatch) -> pa.RecordBatch:
    phrases = load_phrases()
    families = phrases.families
    evidence = find_evidence(batch.column("turns"), phrases)
    columns: dict[str, Any] = dict(zip(lengths.schema.names, lengths.columns, strict=True))
    columns |= {
        "tokens": evidence.tokens.sum(1),
        "user_tokens": evidence.tokens[:, 0],
        "assistant_tokens": evidence.tokens[:, 1],
    }
    chosen = {name: choose(evidence, families[name]) for name in CHOSEN}
    for name, each in chosen.items():
        columns |= {name: each.names, f"{name}_strength": each.strength}
    columns["topics"] = chosen["topic"].all
    columns["stage"], columns["stage_strength"] = reached(evidence, families["stage"])
    columns["outcome"], columns["outcome_strength"] = outcome(evidence, (families["emotion"], families["outcome"]))
    characters = lengths.column("characters").to_numpy()
    hard = complexity(
        evidence, characters, chosen["topic"], families["topic"], families["emotion"], families["relation"]
    )  # fmt: skip
    columns |= {f"{part}_complexity": getattr(hard, part) for part in ("linguistic", "emotional", "clinical", "relational")}
    columns |= {"complexity": hard.whole, "progression": hard.progression}
    return pa.RecordBatch.from_pydict({name: columns[name] for name in TRAITS.names}, schema=TRAITS)
