"""The rules: what drops a conversation, in the order in which they are asked; the first that applies decides.

Each is a line of data: its stage and reason, and in SQL over traits, settings and what is known of the conversation when it
applies and what is said then.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pixel_assets.quality.tables import SCORES


class Outcome(NamedTuple):
    """What a decision can be."""

    stage: str
    reason: str


class Rule(NamedTuple):
    """An outcome, when it applies, and what to say then; the last two in SQL over traits and settings."""

    stage: str
    reason: str
    when: str
    detail: str


def _score_rules(score: str) -> tuple[Rule, Rule]:
    """A score below its threshold, and a score that is asked for and not there; a threshold that is null asks for nothing."""
    bound = f"$at_least_{score}::DOUBLE"
    why = f"list_filter(quality.missing, lambda said: starts_with(said, '{score}: '))[1]"
    below = f"format('{score} {{:.3f}} < {{}}', floor(quality.{score} * 1000) / 1000, {bound})"  # 0.8996 is not 0.900
    lacks = f"'no {score}' || coalesce(substr({why}, {len(score) + 1}), '')"
    return (
        Rule("quality", f"low_{score}", f"quality.{score} < {bound}", below),
        Rule("quality", f"no_{score}", f"quality.{score} IS NULL AND list_contains($needed::VARCHAR[], '{score}')", lacks),
    )


RULES: Final = (
    Rule("purpose", "not_for_training", "held IS NOT NULL", "held"),
    Rule("licence", "licence_excluded", "unlicensed IS NOT NULL", "unlicensed"),
    Rule("safety", "quarantined", "verdict = 'quarantine'", "safety_reason"),
    Rule("safety", "client_side_only", "client_only", "'its source is read on the side of the client alone'"),
    Rule("safety", "awaits_review", "verdict = 'review' AND $unreviewed = 'hold'", "safety_reason"),
    Rule(
        "standard_form",
        "incomplete",
        "list_has_any(flags, $drop_flags::VARCHAR[])",
        "array_to_string(list_sort(list_intersect(flags, $drop_flags::VARCHAR[])), ' ')",
    ),
    Rule("standard_form", "empty", "words = 0", "'words 0 < 1'"),
    Rule("standard_form", "empty_turn", "empty_turns > 0", "format('empty_turns {} > 0', empty_turns)"),
    Rule(
        "standard_form",
        "unreadable",
        "unreadable > $max_unreadable",
        "format('unreadable {:.4f} > {}', unreadable, $max_unreadable)",
    ),
    Rule(
        "language",
        "wrong_language",
        "language <> 'und' AND language_confidence >= $language_confidence"
        " AND len($languages::VARCHAR[]) > 0 AND NOT list_contains($languages::VARCHAR[], language)",
        "format('language {} at {:.3f}, not in {}', language, language_confidence, array_to_string($languages::VARCHAR[], ' '))",
    ),
    Rule("length", "too_short", "words < $min_words", "format('words {} < {}', words, $min_words)"),
    Rule("length", "too_long", "words > $max_words", "format('words {} > {}', words, $max_words)"),
    Rule("length", "too_many_turns", "turns > $max_turns", "format('turns {} > {}', turns, $max_turns)"),
    Rule(
        "length",
        "no_reply",
        "assistant_words < $min_reply_words",
        "format('assistant_words {} < {}', assistant_words, $min_reply_words)",
    ),
    *(rule for score in SCORES for rule in _score_rules(score)),
    Rule("contamination", "contaminated", "contaminated IS NOT NULL", "contaminated"),
)
EXACT: Final = Outcome("exact_duplicates", "exact_duplicate")
NEAR: Final = Outcome("near_duplicates", "near_duplicate")
SEMANTIC: Final = Outcome("semantic_duplicates", "semantic_duplicate")
DUPLICATES: Final = (EXACT, NEAR, SEMANTIC)
KEPT: Final = Outcome("selected", "kept")
