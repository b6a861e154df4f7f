"""Checks of the group voice: no file, recording or word is lost on the way, and what is heard is heard well."""

from __future__ import annotations

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.checks.corpus import sources_complete, unique_key

LEAST_CONFIDENCE = 0.6  # mean probability of the words of all transcripts

_TRANSCRIBED = """
    SELECT (SELECT count(*) FROM voice_recordings WHERE accepted), (SELECT count(*) FROM voice_transcripts),
        (SELECT count(*) FROM (FROM voice_recordings WHERE accepted) ANTI JOIN voice_transcripts USING (source, file)),
        (SELECT count(*) FROM voice_transcripts WHERE reason IS NOT NULL)
"""
_CUT = """
    WITH there AS (
        SELECT recording_id, len(words) AS words FROM voice_transcripts
    ), passages AS (
        SELECT recording_id, words FROM voice_conversations
        UNION ALL SELECT recording_id, words FROM rejected_passages
    ), cut AS (
        SELECT recording_id, sum(words)::BIGINT AS cut FROM passages GROUP BY recording_id
    )
    SELECT coalesce(sum(words), 0)::BIGINT, coalesce(sum(cut), 0)::BIGINT,
        count(*) FILTER (words <> coalesce(cut, 0)), (SELECT count(*) FROM voice_conversations),
        (SELECT count(*) FROM rejected_passages)
    FROM there LEFT JOIN cut USING (recording_id)
"""


def judged(run: CheckRun) -> Verdict:
    """Every audio file has one verdict."""
    with run.query() as connection:
        files, verdicts, lacking, accepted = (
            connection.execute(
                """SELECT (SELECT count(*) FROM audio_files), (SELECT count(*) FROM voice_recordings),
                (SELECT count(*) FROM audio_files ANTI JOIN voice_recordings USING (source, file)),
                (SELECT count(*) FROM voice_recordings WHERE accepted)"""
            ).fetchone()
            or (0,) * 4
        )
    text = f"{files:,} audio files = {accepted:,} accepted + {verdicts - accepted:,} rejected"
    measured = {"files": files, "accepted": accepted, "rejected": verdicts - accepted, "lost": lacking}
    return Verdict(files == verdicts and lacking == 0, text + (f"; {lacking:,} lost" if lacking else ""), measured)


def transcribed(run: CheckRun) -> Verdict:
    """Every accepted recording has a transcript, or a reason why it has none."""
    with run.query() as connection:
        accepted, there, lacking, without = connection.execute(_TRANSCRIBED).fetchone() or (0,) * 4
    text = f"{accepted:,} recordings = {there - without:,} with words + {without:,} without, each with a reason"
    measured = {"accepted": accepted, "transcribed": there - without, "without_words": without, "lost": lacking}
    return Verdict(accepted == there and lacking == 0, text + (f"; {lacking:,} lost" if lacking else ""), measured)


def heard_well(run: CheckRun) -> Verdict:
    """The speech model was sure of what it heard, on average."""
    with run.query() as connection:
        mean, words = connection.execute(
            "SELECT sum(confidence * len(words)) / sum(len(words)), coalesce(sum(len(words)), 0)::BIGINT "
            "FROM voice_transcripts WHERE confidence IS NOT NULL"
        ).fetchone() or (None, 0)
    if mean is None:
        return Verdict(True, "nothing was transcribed by a model")
    text = f"mean probability {mean:.3f} of {words:,} words (bound {LEAST_CONFIDENCE})"
    return Verdict(mean >= LEAST_CONFIDENCE, text, {"confidence": mean, "bound": LEAST_CONFIDENCE, "words": words})


def passages_accounted(run: CheckRun) -> Verdict:
    """Every word of a transcript is in one passage, which gave a conversation or was rejected."""
    with run.query() as connection:
        words, cut, off, good, bad = connection.execute(_CUT).fetchone() or (0,) * 5
    text = f"{words:,} words in {good:,} conversations + {bad:,} rejected passages"
    if off:
        text += f"; {off:,} transcripts have {abs(words - cut):,} words too many or too few in their passages"
    return Verdict(off == 0, text, {"words": words, "conversations": good, "rejected": bad, "transcripts_off": off})


CHECKS = (
    Check("unique_key", "audio_files", "Every file stands once.", unique_key, blocking=True),
    Check("judged", "voice_recordings", "Every audio file has a verdict.", judged, blocking=True, reads=("audio_files",)),
    Check("sources_complete", "voice_recordings", "Every source of recordings is there.", sources_complete),
    Check(
        "transcribed", "voice_transcripts", "Every accepted recording has a transcript or a reason.", transcribed,
        blocking=True, reads=("voice_recordings",),
    ),
    Check("heard_well", "voice_transcripts", "The speech model was sure of what it heard.", heard_well),
    Check(
        "passages_accounted", "voice_conversations", "Every word of a transcript is in one passage.", passages_accounted,
        blocking=True, reads=("voice_transcripts", "rejected_passages"),
    ),
)  # fmt: skip
