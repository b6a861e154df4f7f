"""Facts: every conversation is counted once, on the way from records to splits."""

from __future__ import annotations

from pixel_assets.release.facts import Counted, Loss
from pixel_assets.release.gathering import example_ids

from .facts import connected, facts


def test_each_source_tells_what_became_of_it() -> None:
    one, two = facts().sources
    assert (one.name, one.records, one.rejected, one.conversations, one.kept, one.in_mix) == ("one", 5, 2, 3, 1, 1)
    assert one.losses == (Loss("length", "too_short", 1), Loss("near_duplicates", "near_duplicate", 1))
    assert (two.conversations, two.kept, two.in_mix, two.losses) == (3, 3, 2, (Loss("mix", "not_needed", 1),))


def test_the_funnel_is_in_the_order_of_the_stages_and_adds_up() -> None:
    found = facts()
    assert [loss.stage for loss in found.funnel] == ["length", "near_duplicates", "mix"]
    assert found.conversations - sum(loss.rows for loss in found.funnel) == found.mix == 3


def test_categories_say_what_is_short() -> None:
    psychology, voice = facts().categories
    assert (psychology.wanted, psychology.kept, psychology.taken, psychology.short_by) == (2, 3, 2, 0)
    assert (voice.wanted, voice.kept, voice.taken, voice.short_by) == (2, 1, 1, 1)


def test_scores_are_those_of_the_released_conversations() -> None:
    of_all = next(row for row in facts().scores if (row.category, row.score) == ("all", "coherence"))
    assert (of_all.scored, of_all.mean, of_all.p50, sum(of_all.histogram)) == (3, 0.7, 0.7, 3)


def test_splits_are_counted_with_their_groups() -> None:
    assert facts().splits == (Counted("train", 2, 1), Counted("test", 1, 1))


def test_the_order_of_rows_does_not_matter() -> None:
    assert facts() == facts(backwards=True)


def test_of_what_was_not_measured_nothing_is_told() -> None:
    found = facts("duplicate_pairs", "duplicate_clusters", "dataset_exports", "quality_scores", "pii_findings")
    assert (found.pairs, found.cluster_sizes, found.files, found.scores, found.redactions) == ((), (), (), (), ())


def test_examples_are_the_smallest_ids() -> None:
    with connected() as connection:
        assert example_ids(connection, "one", None) == ["a2", "a3"]
        assert example_ids(connection, None, "not_needed") == ["b3"]
        assert example_ids(connection, "two", None) == []
