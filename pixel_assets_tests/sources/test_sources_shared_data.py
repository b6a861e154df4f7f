"""Reading files that others wrote: how many records each of them holds, to the file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson
import pytest

from pixel_assets.sources.readers import read_file

# Files with as many records as their publishers' tables say; folders stand for all their other files.
RECORDS = {
    "README.md": 1,
    "annomi/AnnoMI-full.csv": 6299,
    "annomi/AnnoMI-simple.csv": 5426,
    "bbq/Disability_status.jsonl": 440,
    "bbq/Religion.jsonl": 320,
    "bbq/Sexual_orientation.jsonl": 232,
    "bold/religious_ideology_prompt.json": 1,
    "cactus/evaluation.json": 40,
    "cognitive_reframing/reframing_dataset.csv": 600,
    "cognitive_reframing/thinking_traps.jsonl": 1077,
    "contextual_anonymizer/synthetic_data.json": 501,
    "coralmind_entries/": 1,
    "counsel_chat/20200325_counsel_chat.csv": 2129,
    "counsel_chat/counsel_chat_250-tokens_sample.json": 150,
    "counsel_chat/counselchat-data.csv": 1482,
    "counselling_bench/": 229,
    "crisis_scenarios/conversation_scenarios.json": 26,
    "crisis_scenarios/hard_crisis_dataset.json": 12,
    "crows_pairs/crows_pairs_anonymized.csv": 756,
    "cssrs_reddit/500_Reddit_users_posts_labels.csv": 252,
    "empathetic_dialogues/anxious.csv": 4103,
    "empathetic_dialogues/lonely.csv": 4312,
    "empathic_reactions/messages.csv": 930,
    "epitome/": 1542,
    "esconv/FailedESConv.json": 99,
    "esconv/esc-valid.txt": 130,
    "explanation_ratings/chatgpt_data.csv": 60,
    "explanation_ratings/gpt3_data.csv": 62,
    "febrl/dataset1.csv": 500,
    "hatecheck/test_suite_cases.csv": 1981,
    "hh_rlhf/harmless-base_feelings.jsonl.gz": 80,
    "holistic_bias/": 1,
    "identity_templates/en_sentence_templates.csv": 1253,
    "idioms/": 1,  # three texts that go together line by line
    "imhi/SAD.csv": 342,
    "imhi/dreaddit.csv": 208,
    "intents/intents.json": 80,
    "ipip_neo_120/questions.json": 120,
    "lexicons/empath_categories.tsv": 194,
    "lexicons/vader_lexicon.txt": 7520,
    "medical_o1/demo_data.json": 60,
    "medquad_psych/": 1,
    "mental_health_faq/Mental_Health_FAQ.csv": 98,
    "mentalchat16k/gpt-4_single.jsonl": 2,
    "mentalchat16k/instructions_with_topics.jsonl": 500,
    "mqp/mqp.csv": 1524,
    "openstax_psychology/": 1,
    "parquet_edge/list_columns.parquet": 3,
    "parquet_edge/nested_lists.snappy.parquet": 3,
    "parquet_edge/nulls.snappy.parquet": 8,
    "pii_benchmark/adversarial_cases.jsonl": 80,
    "pii_benchmark/ambiguous_spans.jsonl": 139,
    "pii_benchmark/contextual_detection.jsonl": 82,
    "pii_benchmark/standard_entities.jsonl": 237,
    "plagiarism/": 1,
    "plagiarism/file_information.csv": 60,
    "presidio_research/FakeNameGenerator.com_100.csv": 100,
    "presidio_research/generated_small.json": 100,
    "presidio_research/synth_dataset_v2.json": 774,
    "questionnaires/": 1,
    "rpbench/rpbench_character.jsonl": 80,
    "rpbench/rpbench_scene.jsonl": 15,
    "sft_formats/alpaca_en_demo.json": 300,
    "sft_formats/alpaca_seed_tasks.jsonl": 175,
    "sft_formats/capybara_test.parquet": 200,
    "sft_formats/conversation.json": 1,
    "sft_formats/conversation.missingturns.json": 1,
    "sft_formats/dpo_en_demo.json": 100,
    "sft_formats/glaive_toolcall_en_demo.json": 100,
    "sft_formats/identity.json": 91,
    "sft_formats/kto_en_demo.json": 120,
    "sft_formats/mllm_demo.json": 6,
    "sft_formats/sharegpt_dummy_conversation.json": 400,
    "sft_formats/text_only.jsonl": 100,
    "sft_formats/v1_dpo_demo.jsonl": 10,
    "sft_formats/v1_sft_demo.jsonl": 150,
    "sick/SICK_train.txt": 2250,
    # Each a list of turns, which is one record a turn
    "smile_zh/0.json": 10,
    "smile_zh/1.json": 13,
    "smile_zh/10.json": 10,
    "smile_zh/100.json": 10,
    "smile_zh/1000.json": 10,
    "smile_zh/10000.json": 12,
    "smile_zh/10001.json": 12,
    "smile_zh/10002.json": 12,
    "smile_zh/10003.json": 14,
    "smile_zh/10004.json": 12,
    "smile_zh/10005.json": 10,
    "smile_zh/10006.json": 12,
    "smile_zh/10007.json": 12,
    "smile_zh/10008.json": 6,
    "smile_zh/10009.json": 8,
    "subtitles/": 1,
    "subtitles/podcast_example.json": 5,
    "vera_mh/personas.tsv": 10,
    "vera_mh/transcripts/": 1,
    "voice/ami/ES2011a_sups.jsonl.gz": 348,
    "voice/kaldi_manifest/": 1,
    "voice/libri/manifest.json": 1,
    "voice/ljspeech/cuts.json": 2,
    "winobias/": 1,
    "winogender/all_sentences.tsv": 360,
    "winogender/templates.tsv": 120,
    "xstest/xstest_prompts.csv": 234,
}

# Files with no record that can be read, and why
PROBLEMS = {
    "parquet_edge/bad_PARQUET-1481.parquet": "unreadable_file: the Parquet data is damaged after row 0",
    # Two keys of 1 GiB each, in a file of 4 KB
    "parquet_edge/large_string_map.brotli.parquet": "unreadable_file: row group 1 has rows of more than 256 MiB",
    "subtitles/webvtt_empty.vtt": "empty_file: it holds no record",
}
SOUND = {".wav": "media_file: audio (WAV)", ".flac": "media_file: audio (FLAC)", ".mp3": "media_file: audio (MP3)"}


def expected(name: str) -> tuple[int, dict[str, int]]:
    """Records and problems of a file, by its own entry or by that of its folder."""
    problem = PROBLEMS.get(name) or SOUND.get(Path(name).suffix)
    if problem:
        return 0, {problem: 1}
    return RECORDS.get(name) or RECORDS[f"{name.rpartition('/')[0]}/"], {}


def test_every_file_holds_as_many_records_as_its_publisher_says(shared_data: Path) -> None:
    wrong = {}
    for path in sorted(file for file in shared_data.rglob("*") if file.is_file()):
        name = path.relative_to(shared_data).as_posix()
        records, problems = 0, Counter[str]()
        for batch in read_file(path, name, "shared"):
            records += batch.num_rows - batch["record"].null_count
            problems.update(problem for problem in batch["problem"].to_pylist() if problem)
        if (records, dict(problems)) != expected(name):
            wrong[name] = (records, dict(problems), expected(name))
    assert wrong == {}


@pytest.mark.parametrize("name", [*RECORDS, *PROBLEMS])
def test_what_is_expected_is_there(name: str, shared_data: Path) -> None:
    path = shared_data / name
    assert path.is_dir() if name.endswith("/") else path.is_file()


def test_three_texts_that_go_together_have_equally_many_lines(shared_data: Path) -> None:
    for family, lines in (("Static", 65), ("Formal", 50)):
        for part in ("Candidates", "Words", "Tags"):
            name = f"idioms/{family}_Idioms_{part}.txt"
            (batch,) = read_file(shared_data / name, name, "shared")
            text = batch["record"][0].as_py()
            assert orjson.loads(text)["text"].rstrip("\n").count("\n") + 1 == lines


def test_lists_of_words_are_whole(shared_data: Path) -> None:
    name = "lexicons/empath_categories.tsv"
    records = [orjson.loads(text) for batch in read_file(shared_data / name, name, "s") for text in batch["record"].to_pylist()]
    lines = (shared_data / name).read_text().splitlines()
    assert ["\t".join([record["column_1"], *record["rest"]]) for record in records] == lines


def test_emoticons_with_quotes_are_whole(shared_data: Path) -> None:
    name = "lexicons/vader_lexicon.txt"
    records = [orjson.loads(text) for batch in read_file(shared_data / name, name, "s") for text in batch["record"].to_pylist()]
    lines = (shared_data / name).read_text().splitlines()
    assert ["\t".join(record.values()) for record in records] == lines
