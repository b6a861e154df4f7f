"""The check before the release: nothing leaves the house under a licence that forbids it."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.sources.licences import UNLICENSED, judge, permitted

MAX_NAMED = 10  # sources that a description names; the numbers have them all

_EXCLUDED = f"""
    SELECT source, count(*) FROM dataset_splits JOIN redacted_corpus USING (conversation_id)
    WHERE {UNLICENSED} GROUP BY source ORDER BY count(*) DESC, source
"""


def licence_policy(run: CheckRun) -> Verdict:
    """Every conversation of the splits stands under a licence that the release may hold, in one of its sources."""
    judged = judge(run.registry, run.settings.licences)
    with run.query() as connection:
        excluded: dict[str, int] = dict(connection.execute(_EXCLUDED, {"permitted": permitted(judged)}).fetchall())
    rows, use = run.tables["dataset_splits"].rows, run.settings.licences.use
    measured = {"conversations": rows, "excluded": sum(excluded.values()), "by_source": excluded}
    if not excluded:
        return Verdict(True, f"all {rows:,} conversations may be released for {use} use", measured)
    named = [
        f"{name} ({judged[name].licence}, {judged[name].verdict}) {count:,}" if name in judged else f"{name} (unknown) {count:,}"
        for name, count in list(excluded.items())[:MAX_NAMED]
    ]
    if len(excluded) > MAX_NAMED:
        named.append(f"{len(excluded) - MAX_NAMED} more sources")
    text = f"{measured['excluded']:,} of {rows:,} conversations may not be released for {use} use: {', '.join(named)}"
    return Verdict(
        False, f"{text}; leave these sources out, drop them by licences.excluded, or judge them in licences.policy", measured
    )


def card_names_contact(run: CheckRun) -> Verdict:
    """The card says where people ask for withdrawal."""
    (card,) = run.tables["dataset_card"].read().to_pylist()
    named = bool(card["contact"])
    text = f"withdrawal is asked for at {card['contact']}" if named else "nobody is named to ask for withdrawal; set card.contact"
    return Verdict(named, text, {"named": named})


CHECKS = (
    Check("card_names_contact", "dataset_card", "The card says where people ask for withdrawal.", card_names_contact),
    Check(
        "licence_policy", "dataset_splits", "Every conversation may be released under the licence of one of its sources.",
        licence_policy, blocking=True, settings=("licences",), reads=("redacted_corpus",),
        registry_fields=("licence", "constraints"),
    ),
)  # fmt: skip
