"""Checks of the groups knowledge and generation: the graph holds together, and every scenario is accounted for."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.checks.corpus import unique_key

MAX_NAMED = 5
MOST_REJECTED = 0.02  # share of scenarios; the composer knows the rules, so more means that grammar and rules disagree

_DANGLING = """
    SELECT (SELECT count(*) FROM knowledge_relations ANTI JOIN psychology_knowledge ON to_id = entity_id),
        (SELECT count(*) FROM knowledge_relations ANTI JOIN psychology_knowledge ON from_id = entity_id),
        (SELECT count(*) FROM (SELECT unnest(cited_by) AS entity_id FROM knowledge_references)
         ANTI JOIN psychology_knowledge USING (entity_id)),
        (SELECT count(*) FROM psychology_knowledge
         ANTI JOIN (SELECT DISTINCT unnest(cited_by) AS entity_id FROM knowledge_references) USING (entity_id))
"""
_TREATED = """
    SELECT entity_id FROM psychology_knowledge WHERE kind = 'disorder' AND origin = 'pixel_assets'
        AND NOT (entity_id IN (SELECT to_id FROM knowledge_relations WHERE how = 'indicated_for')
                 AND entity_id IN (SELECT from_id FROM knowledge_relations WHERE how = 'differential'))
    ORDER BY entity_id
"""
_ACCOUNTED = """
    SELECT (SELECT count(*) FROM client_scenarios), (SELECT count(*) FROM knowledge_conversations),
        (SELECT count(DISTINCT scenario_id) FROM rejected_scenarios),
        (SELECT count(*) FROM client_scenarios ANTI JOIN knowledge_conversations USING (scenario_id)
         ANTI JOIN rejected_scenarios USING (scenario_id)),
        (SELECT count(*) FROM knowledge_conversations SEMI JOIN rejected_scenarios USING (scenario_id))
"""
_SAFE = """
    SELECT (SELECT count(*) FROM edge_cases), (SELECT count(*) FROM edge_case_conversations),
        (SELECT count(DISTINCT scenario_id) FROM rejected_edge_cases), (SELECT count(*) FROM (
            SELECT case_id FROM edge_cases
            ANTI JOIN edge_case_conversations USING (case_id)
        ))
"""
_RULES = "SELECT rule, count(*) FROM rejected_scenarios GROUP BY rule ORDER BY count(*) DESC, rule"


def holds_together(run: CheckRun) -> Verdict:
    """Every relation and citation leads to an entity, and every entity rests on a work."""
    with run.query() as connection:
        to, start, cited, bare = connection.execute(_DANGLING).fetchone() or (0,) * 4
    text = f"{to + start:,} relations and {cited:,} citations lead nowhere, {bare:,} entities rest on no work"
    return Verdict(to == start == cited == bare == 0, text, {"relations": to + start, "citations": cited, "without_work": bare})


def disorders_treated(run: CheckRun) -> Verdict:
    """Every disorder has something that helps, and something that it may be taken for."""
    with run.query() as connection:
        lacking = [name for (name,) in connection.execute(_TREATED).fetchall()]
    text = f"{len(lacking):,} disorders lack a treatment or a differential" + (f": {', '.join(lacking)}" if lacking else "")
    return Verdict(not lacking, text, {"lacking": len(lacking)})


def scenarios_accounted(run: CheckRun) -> Verdict:
    """Every scenario gave a conversation or was rejected, and never both."""
    with run.query() as connection:
        scenarios, good, bad, lost, both = connection.execute(_ACCOUNTED).fetchone() or (0,) * 5
    text = f"{scenarios:,} scenarios = {good:,} conversations + {bad:,} rejected"
    if lost or both:
        text += f"; {lost:,} lost, {both:,} in both"
    measured = {"scenarios": scenarios, "conversations": good, "rejected": bad, "lost": lost, "both": both}
    return Verdict(lost == both == 0 and scenarios == good + bad, text, measured)


def rules_kept(run: CheckRun) -> Verdict:
    """Hardly any scenario is rejected by the clinical rules."""
    with run.query() as connection:
        scenarios, _, rejected, *_ = connection.execute(_ACCOUNTED).fetchone() or (0,) * 5
        rules: dict[str, int] = dict(connection.execute(_RULES).fetchall())
    share = rejected / scenarios if scenarios else 0.0
    why = ", ".join(f"{rule} {count:,}" for rule, count in list(rules.items())[:MAX_NAMED])
    text = f"{rejected:,} of {scenarios:,} scenarios rejected ({share:.2%}, bound {MOST_REJECTED:.0%})"
    text += f": {why}" if why else ""
    return Verdict(share <= MOST_REJECTED, text, {"share": share, "bound": MOST_REJECTED, "by_rule": rules})


def cases_met(run: CheckRun) -> Verdict:
    """Every edge case is met by conversations, and hardly any was unsafe."""
    with run.query() as connection:
        cases, good, bad, unmet = connection.execute(_SAFE).fetchone() or (0,) * 4
    share = bad / (good + bad) if good + bad else 0.0
    wanted = run.settings.edgecases.conversations
    text = f"{good:,} conversations of {cases:,} edge cases, {bad:,} more rejected ({share:.2%}, bound {MOST_REJECTED:.0%})"
    text += f"; {unmet:,} cases without any" if unmet and wanted else ""
    measured = {"conversations": good, "rejected": bad, "cases": cases, "unmet": unmet}
    return Verdict(share <= MOST_REJECTED and not (unmet and wanted), text, measured)


def covered(run: CheckRun) -> Verdict:
    """No required cell of disorder, modality and population is without a conversation."""
    with run.query() as connection:
        required, empty = connection.execute(
            "SELECT count(*) FILTER (required), count(*) FILTER (required AND conversations = 0) FROM generation_coverage"
        ).fetchone() or (0, 0)
        cells = connection.execute(
            "SELECT concat_ws(' × ', disorder, modality, population) FROM generation_coverage "
            "WHERE required AND conversations = 0 ORDER BY ALL LIMIT ?", [MAX_NAMED]
        ).fetchall()  # fmt: skip
    text = f"{required - empty:,} of {required:,} required cells have a conversation"
    if empty:
        text += f"; empty: {', '.join(name for (name,) in cells)}{' …' if empty > MAX_NAMED else ''}"
        text += "; scenarios.conversations says how many are generated"
    return Verdict(empty == 0, text, {"required": required, "empty": empty})


def diverse(run: CheckRun) -> Verdict:
    """Generated conversations are as different from each other as the settings ask."""
    bounds = run.settings.diversity
    row = run.tables["generation_diversity"].read().to_pylist()[0]
    sampled = row["distinct_4_sampled"]
    found = (
        ("near-duplicates", row["near_duplicate_share"], bounds.most_near_duplicates, True),
        ("nearest in a sample", row["nearest_mean"], bounds.most_nearest, True),
        *([("distinct 4-grams", sampled, bounds.least_distinct_4, False)] if sampled is not None else []),
    )
    off = [name for name, value, bound, most in found if (value > bound if most else value < bound)]
    text = ", ".join(f"{name} {value:.3f} ({'at most' if most else 'at least'} {bound})" for name, value, bound, most in found)
    return Verdict(not off, text, {name: value for name, value, *_ in found})


CHECKS = (
    Check("unique_key", "psychology_knowledge", "Every entity stands once.", unique_key, blocking=True),
    Check(
        "holds_together", "psychology_knowledge", "Relations and citations lead to entities; each entity rests on a work.",
        holds_together, blocking=True, reads=("knowledge_relations", "knowledge_references"),
    ),
    Check(
        "disorders_treated", "psychology_knowledge", "Every disorder has a treatment and a differential.", disorders_treated,
        reads=("knowledge_relations",),
    ),
    Check("unique_key", "client_scenarios", "Every scenario stands once.", unique_key, blocking=True),
    Check(
        "scenarios_accounted", "knowledge_conversations", "scenarios = conversations + rejected.", scenarios_accounted,
        blocking=True, reads=("client_scenarios", "rejected_scenarios"),
    ),
    Check(
        "rules_kept", "knowledge_conversations", "Hardly any scenario breaks a clinical rule.", rules_kept,
        reads=("client_scenarios", "rejected_scenarios"),
    ),
    Check("unique_key", "edge_cases", "Every edge case stands once.", unique_key, blocking=True),
    Check(
        "cases_met", "edge_case_conversations", "Every edge case is met, hardly any conversation was unsafe.", cases_met,
        reads=("edge_cases", "rejected_edge_cases"), settings=("edgecases",),
    ),
    Check("covered", "generation_coverage", "No required cell of the matrix is empty.", covered),
    Check(
        "diverse", "generation_diversity", "Generated conversations differ from each other.", diverse,
        blocking=True, settings=("diversity",),
    ),
)  # fmt: skip
