"""Every source of the shipped registry, as it lies upstream: known counts, and conservation to the row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.settings import REGISTRY_FILE
from pixel_assets.sources.files import list_files
from pixel_assets.sources.readers import read_file
from pixel_assets.sources.registry import load_registry

REGISTRY = load_registry(REGISTRY_FILE)

# records, conversations, rejected by reason
KNOWN: dict[str, tuple[int, int, dict[str, int]]] = {
    "annomi": (5426, 71, {}),
    "annomi_annotators": (6299, 71, {}),
    "cactus": (40, 40, {}),
    "thinking_traps": (1077, 1077, {}),
    "cognitive_reframing": (600, 0, {"several_texts": 600}),
    "smile_zh": (163, 15, {}),
    "openstax_psychology": (34, 0, {"document": 34}),
    "ipip_neo_120": (120, 0, {"questionnaire": 120}),
    "questionnaires": (5, 0, {"questionnaire": 5}),
    "empath_categories": (194, 0, {"no_text": 194}),
    "vader_lexicon": (7520, 0, {"no_text": 7520}),
    "counsel_chat_2020": (2129, 2129, {}),
    "counsel_chat_2021": (1482, 1480, {"no_user_turn": 2}),
    "counsel_chat_persona": (150, 150, {}),
    "esconv": (130, 130, {}),
    "esconv_failed": (99, 99, {}),
    "empathetic_dialogues": (8415, 1587, {}),
    "mentalchat16k": (500, 500, {}),
    "mentalchat16k_judgements": (2, 0, {"unknown_format": 2}),
    "counselling_bench_questions": (229, 0, {"no_reply": 229}),
    "counselling_bench_answers": (458, 0, {"no_question": 458}),
    "mental_health_faq": (98, 98, {}),
    "medquad_psych": (30, 52, {}),
    "intents": (80, 231, {"no_user_turn": 1}),
    "coralmind_entries": (10, 0, {"document": 10}),
    "dreaddit": (208, 208, {}),
    "sad_stressors": (342, 342, {}),
    "explanation_ratings": (122, 0, {"several_texts": 122}),
    "epitome": (4626, 4626, {}),
    "empathic_reactions": (930, 0, {"labelled_text": 930}),
    "cssrs_reddit": (252, 0, {"labelled_text": 252}),
    "crisis_conversations": (26, 26, {}),
    "crisis_statements": (12, 0, {"no_reply": 12}),
    "vera_mh_transcripts": (21, 21, {}),
    "vera_mh_personas": (10, 0, {"several_texts": 10}),
    "xstest": (234, 0, {"no_reply": 234}),
    "idioms": (6, 0, {"no_roles": 6}),
    "medical_o1": (60, 60, {}),
    "alpaca": (300, 300, {}),
    "alpaca_seed_tasks": (175, 175, {}),
    "sft_messages": (150, 150, {}),
    "tool_calls": (100, 100, {}),
    "images": (6, 6, {}),
    "wiki_sql": (100, 0, {"no_roles": 100}),
    "bbq": (992, 992, {}),
    "parquet_edge": (16, 0, {"unknown_format": 14, "unreadable_file": 2}),
    "mqp": (1524, 0, {"several_texts": 1524}),
    "sick": (2250, 0, {"text_pair": 2250}),
    "plagiarism": (120, 0, {"no_roles": 60, "no_text": 60}),
    "identity": (91, 91, {}),
    "identity_templates": (400, 400, {}),
    "sharegpt_fixtures": (2, 2, {}),
    "capybara": (200, 200, {}),
    "preference_pairs": (110, 110, {}),
    "reply_verdicts": (120, 65, {"negative_example": 55}),
    "hh_rlhf": (80, 80, {}),
    "rpbench": (95, 0, {"no_reply": 95}),
    "crows_pairs": (756, 0, {"text_pair": 756}),
    "winobias": (4, 0, {"no_roles": 4}),
    "winogender": (480, 0, {"labelled_text": 480}),
    "hatecheck": (1981, 0, {"several_texts": 1981}),
    "identity_sentences": (1253, 0, {"no_text": 1253}),
    "holistic_bias": (3, 0, {"unknown_format": 3}),
    "bold": (1, 0, {"document": 1}),
    "presidio_sentences": (874, 0, {"annotated_text": 874}),
    "fake_names": (100, 0, {"person_records": 100}),
    "pii_benchmark": (538, 0, {"annotated_text": 538}),
    "contextual_anonymizer": (501, 0, {"text_pair": 501}),
    "febrl": (500, 0, {"person_records": 500}),
    "librispeech_manifest": (1, 0, {"unknown_format": 1}),
    "mini_librispeech": (5, 0, {"no_roles": 5}),
    "ljspeech_cuts": (2, 0, {"one_speaker": 2}),
    "ami_supervisions": (348, 0, {"ambiguous_speakers": 348}),
    "podcast_transcripts": (8, 0, {"ambiguous_speakers": 8}),
    "webvtt_samples": (16, 0, {"ambiguous_speakers": 1, "empty_file": 1, "malformed_subtitles": 5, "one_speaker": 9}),
    "srt_samples": (7, 0, {"one_speaker": 7}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_source_is_converted_and_conserved(name: str, shared_data: Path) -> None:
    source = REGISTRY.select(name)
    records, conversations, rejected = 0, 0, Counter[str]()
    for file in list_files(source, shared_data):
        batches = list(read_file(file.path, file.name, name))
        rows = [row for batch in batches for row in batch["row"].to_pylist()]
        converted: set[int] = set()
        dropped: list[int] = []
        for part in standardize_file(iter(batches), source.hints()):
            conversations += part.conversations.num_rows
            converted |= {row for own in part.conversations["rows"].to_pylist() for row in own}
            dropped += part.rejected["row"].to_pylist()
            rejected.update(part.rejected["reason"].to_pylist())
        assert sorted([*converted, *dropped]) == rows
        records += len(rows)
    assert (records, conversations, dict(rejected)) == KNOWN[name]


def test_every_demonstration_of_formats_is_covered_by_a_source(shared_data: Path) -> None:
    covered = {file.name for name in KNOWN for file in list_files(REGISTRY.select(name), shared_data)}
    there = {path.relative_to(shared_data).as_posix() for path in (shared_data / "sft_formats").iterdir()}
    assert there <= covered


def test_the_annotators_of_one_transcript_give_one_conversation(shared_data: Path) -> None:
    name = "annomi/AnnoMI-full.csv"
    batches = list(read_file(shared_data / name, name, "annomi"))
    (part,) = standardize_file(iter(batches), REGISTRY.select("annomi").hints())
    assert part.conversations.num_rows == 71
    assert sum(len(rows) for rows in part.conversations["rows"].to_pylist()) == 6299


def test_both_exports_of_annomi_say_the_same(shared_data: Path) -> None:
    ids = []
    for name in ("annomi/AnnoMI-full.csv", "annomi/AnnoMI-simple.csv"):
        batches = read_file(shared_data / name, name, "annomi")
        (part,) = standardize_file(batches, REGISTRY.select("annomi").hints())
        ids.append(set(part.conversations["conversation_id"].to_pylist()))
    assert ids[0] == ids[1]


def test_no_tag_or_entity_is_left_in_the_html_export(shared_data: Path) -> None:
    name = "counsel_chat/counselchat-data.csv"
    (part,) = standardize_file(read_file(shared_data / name, name, "c"), REGISTRY.select("counsel_chat_2021").hints())
    texts = [turn["content"] for turns in part.conversations["turns"].to_pylist() for turn in turns]
    assert not any(mark in text for text in texts for mark in ("<p>", "</", "<br", "&nbsp;", "&#", "&amp;", "\u00a0"))


def test_at_least_430_answers_are_equal_in_both_exports_of_counsel_chat(shared_data: Path) -> None:
    answers = []
    for name, file in (
        ("counsel_chat_2020", "counsel_chat/20200325_counsel_chat.csv"),
        ("counsel_chat_2021", "counsel_chat/counselchat-data.csv"),
    ):
        (part,) = standardize_file(read_file(shared_data / file, file, name), REGISTRY.select(name).hints())
        answers.append({" ".join(t[-1]["content"].split()) for t in part.conversations["turns"].to_pylist()})
    assert len(answers[0] & answers[1]) >= 430
