"""Every file of turns, of questions and of tables as it lies upstream: its format, its counts, and its known traps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.conversation.detect import LEAST_LEAD, detect, sample_records
from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.conversation.table_builder import Standardized
from pixel_assets.sources.readers import read_file

HINTS = SourceHints("src", "personality")

# format, records, conversations, rejected by reason
KNOWN: dict[str, tuple[str, int, int, dict[str, int]]] = {
    "annomi/AnnoMI-full.csv": ("utterance_table", 6299, 71, {}),
    "annomi/AnnoMI-simple.csv": ("utterance_table", 5426, 71, {}),
    "bbq/Disability_status.jsonl": ("multiple_choice", 440, 440, {}),
    "bbq/Religion.jsonl": ("multiple_choice", 320, 320, {}),
    "bbq/Sexual_orientation.jsonl": ("multiple_choice", 232, 232, {}),
    "bold/religious_ideology_prompt.json": ("document", 1, 0, {"document": 1}),
    "cognitive_reframing/reframing_dataset.csv": ("several_texts", 600, 0, {"several_texts": 600}),
    "cognitive_reframing/thinking_traps.jsonl": ("prompt_response", 1077, 1077, {}),
    "contextual_anonymizer/synthetic_data.json": ("text_pair", 501, 0, {"text_pair": 501}),
    "counsel_chat/20200325_counsel_chat.csv": ("prompt_response", 2129, 2129, {}),
    "counsel_chat/counsel_chat_250-tokens_sample.json": ("persona_chat", 150, 150, {}),
    "counsel_chat/counselchat-data.csv": ("prompt_response", 1482, 1480, {"no_user_turn": 2}),
    "counselling_bench/psych8k_7b_5ep.jsonl": ("answer_only", 229, 0, {"no_question": 229}),
    "counselling_bench/question.jsonl": ("question_only", 229, 0, {"no_reply": 229}),
    "counselling_bench/vicuna-7b-v1.3.jsonl": ("answer_only", 229, 0, {"no_question": 229}),
    "crisis_scenarios/conversation_scenarios.json": ("dialog", 26, 26, {}),
    "crisis_scenarios/hard_crisis_dataset.json": ("question_only", 12, 0, {"no_reply": 12}),
    "crows_pairs/crows_pairs_anonymized.csv": ("text_pair", 756, 0, {"text_pair": 756}),
    "cssrs_reddit/500_Reddit_users_posts_labels.csv": ("labelled_text", 252, 0, {"labelled_text": 252}),
    "empathetic_dialogues/anxious.csv": ("utterance_table", 4103, 773, {}),
    "empathetic_dialogues/lonely.csv": ("utterance_table", 4312, 814, {}),
    "empathic_reactions/messages.csv": ("labelled_text", 930, 0, {"labelled_text": 930}),
    "epitome/emotional-reactions-reddit.csv": ("prompt_response", 1542, 1542, {}),
    "epitome/explorations-reddit.csv": ("prompt_response", 1542, 1542, {}),
    "epitome/interpretations-reddit.csv": ("prompt_response", 1542, 1542, {}),
    "esconv/FailedESConv.json": ("dialog", 99, 99, {}),
    "esconv/esc-valid.txt": ("dialog", 130, 130, {}),
    "explanation_ratings/chatgpt_data.csv": ("several_texts", 60, 0, {"several_texts": 60}),
    "explanation_ratings/gpt3_data.csv": ("several_texts", 62, 0, {"several_texts": 62}),
    "febrl/dataset1.csv": ("person_records", 500, 0, {"person_records": 500}),
    "hatecheck/test_suite_cases.csv": ("several_texts", 1981, 0, {"several_texts": 1981}),
    "identity_templates/en_sentence_templates.csv": ("no_text", 1253, 0, {"no_text": 1253}),
    "imhi/SAD.csv": ("prompt_response", 342, 342, {}),
    "imhi/dreaddit.csv": ("prompt_response", 208, 208, {}),
    "intents/intents.json": ("intents", 80, 231, {"no_user_turn": 1}),
    "ipip_neo_120/questions.json": ("questionnaire", 120, 0, {"questionnaire": 120}),
    "lexicons/vader_lexicon.txt": ("no_text", 7520, 0, {"no_text": 7520}),
    "medical_o1/demo_data.json": ("prompt_response", 60, 60, {}),
    "mental_health_faq/Mental_Health_FAQ.csv": ("prompt_response", 98, 98, {}),
    "mentalchat16k/instructions_with_topics.jsonl": ("prompt_response", 500, 500, {}),
    "mqp/mqp.csv": ("several_texts", 1524, 0, {"several_texts": 1524}),
    "pii_benchmark/adversarial_cases.jsonl": ("annotated_text", 80, 0, {"annotated_text": 80}),
    "pii_benchmark/ambiguous_spans.jsonl": ("annotated_text", 139, 0, {"annotated_text": 139}),
    "pii_benchmark/contextual_detection.jsonl": ("annotated_text", 82, 0, {"annotated_text": 82}),
    "pii_benchmark/standard_entities.jsonl": ("annotated_text", 237, 0, {"annotated_text": 237}),
    "plagiarism/file_information.csv": ("no_text", 60, 0, {"no_text": 60}),
    "presidio_research/FakeNameGenerator.com_100.csv": ("person_records", 100, 0, {"person_records": 100}),
    "presidio_research/generated_small.json": ("annotated_text", 100, 0, {"annotated_text": 100}),
    "presidio_research/synth_dataset_v2.json": ("annotated_text", 774, 0, {"annotated_text": 774}),
    "questionnaires/phq9.json": ("questionnaire", 1, 0, {"questionnaire": 1}),
    "rpbench/rpbench_character.jsonl": ("question_only", 80, 0, {"no_reply": 80}),
    "rpbench/rpbench_scene.jsonl": ("question_only", 15, 0, {"no_reply": 15}),
    "sft_formats/alpaca_en_demo.json": ("alpaca", 300, 300, {}),
    "sft_formats/alpaca_seed_tasks.jsonl": ("alpaca_seed", 175, 175, {}),
    "sft_formats/capybara_test.parquet": ("messages", 200, 200, {}),
    "sft_formats/conversation.json": ("sharegpt", 1, 1, {}),
    "sft_formats/conversation.missingturns.json": ("sharegpt", 1, 1, {}),
    "sft_formats/dpo_en_demo.json": ("preference", 100, 100, {}),
    "sft_formats/glaive_toolcall_en_demo.json": ("sharegpt", 100, 100, {}),
    "sft_formats/identity.json": ("alpaca", 91, 91, {}),
    "sft_formats/kto_en_demo.json": ("kto", 120, 65, {"negative_example": 55}),
    "sft_formats/mllm_demo.json": ("messages", 6, 6, {}),
    "sft_formats/sharegpt_dummy_conversation.json": ("sharegpt", 400, 400, {}),
    "sft_formats/text_only.jsonl": ("text_only", 100, 0, {"no_roles": 100}),
    "sft_formats/v1_dpo_demo.jsonl": ("preference", 10, 10, {}),
    "sft_formats/v1_sft_demo.jsonl": ("messages", 150, 150, {}),
    "sick/SICK_train.txt": ("text_pair", 2250, 0, {"text_pair": 2250}),
    "smile_zh/0.json": ("utterance_table", 10, 1, {}),
    "vera_mh/personas.tsv": ("several_texts", 10, 0, {"several_texts": 10}),
    "winogender/all_sentences.tsv": ("labelled_text", 360, 0, {"labelled_text": 360}),
    "winogender/templates.tsv": ("labelled_text", 120, 0, {"labelled_text": 120}),
    "xstest/xstest_prompts.csv": ("question_only", 234, 0, {"no_reply": 234}),
}


def parts(folder: Path, name: str) -> Iterator[Standardized]:
    return standardize_file(read_file(folder / name, name, "src"), HINTS)


def conversations(folder: Path, name: str) -> list[dict[str, Any]]:
    return [row for part in parts(folder, name) for row in part.conversations.to_pylist()]


@pytest.mark.parametrize("name", KNOWN)
def test_a_file_is_recognised_and_every_record_is_accounted_for(name: str, shared_data: Path) -> None:
    format, records, converted, rejected = KNOWN[name]
    batches = list(read_file(shared_data / name, name, "src"))
    detection = detect(sample_records(batches))
    assert (detection.name, sum(batch.num_rows for batch in batches)) == (format, records)
    done = list(standardize_file(batches, HINTS))
    reasons = Counter(reason for part in done for reason in part.rejected["reason"].to_pylist())
    assert (sum(part.conversations.num_rows for part in done), dict(reasons)) == (converted, rejected)
    rows = {row for part in done for own in part.conversations["rows"].to_pylist() for row in own}
    dropped = [row for part in done for row in part.rejected["row"].to_pylist()]
    assert sorted([*rows, *dropped]) == [row for batch in batches for row in batch["row"].to_pylist()]


def test_the_best_guess_leads_clearly_in_every_file(shared_data: Path) -> None:
    for name in KNOWN:
        sample = sample_records(read_file(shared_data / name, name, "src"))
        best, second, *_ = sorted((format.score(sample).confidence for format in FORMATS), reverse=True)
        assert best - second > 1.5 * LEAST_LEAD, name


@pytest.mark.parametrize("folder", ["openstax_psychology", "coralmind_entries"])
def test_documents_are_documents(folder: str, shared_data: Path) -> None:
    for path in (shared_data / folder).iterdir():
        name = f"{folder}/{path.name}"
        assert [r for part in parts(shared_data, name) for r in part.rejected["reason"].to_pylist()] == ["document"], name


def test_every_question_on_a_page_is_a_conversation(shared_data: Path) -> None:
    found = {
        path.name: conversations(shared_data, f"medquad_psych/{path.name}") for path in (shared_data / "medquad_psych").iterdir()
    }
    assert (len(found), sum(map(len, found.values()))) == (30, 52)
    (alcohol,) = found["mplus_0000020.xml"]
    assert alcohol["turns"][0]["content"] == "Do you have information about Alcohol"
    assert {"Focus": "Alcohol", "@qtype": "information"}.items() <= json.loads(alcohol["metadata"]).items()


def test_tools_are_left_out_and_the_speech_around_them_stays(shared_data: Path) -> None:
    found = conversations(shared_data, "sft_formats/glaive_toolcall_en_demo.json")
    assert sum("tool_turns_omitted" in row["flags"] for row in found) == 53
    assert sum(json.loads(row["metadata"] or "{}").get("tool_turns", 0) for row in found) % 2 == 0
    assert not any("turns_merged" in row["flags"] for row in found)


def test_conversations_about_pictures_are_flagged(shared_data: Path) -> None:
    found = conversations(shared_data, "sft_formats/mllm_demo.json")
    assert all(row["flags"] == ["media_omitted"] and json.loads(row["metadata"])["media"] for row in found)


def test_markers_of_completion_models_are_gone(shared_data: Path) -> None:
    for row in conversations(shared_data, "cognitive_reframing/thinking_traps.jsonl"):
        question, answer = (turn["content"] for turn in row["turns"])
        assert row["flags"] == ["marker_stripped"]
        assert not question.endswith(">")
        assert answer == answer.strip()


def test_reasons_for_a_verdict_and_chains_of_thought_are_reasoning(shared_data: Path) -> None:
    for name in ("imhi/SAD.csv", "imhi/dreaddit.csv", "medical_o1/demo_data.json"):
        for row in conversations(shared_data, name):
            assert row["reasoning"]
            assert "Reasoning:" not in row["turns"][-1]["content"]


def test_the_verdicts_of_dreaddit_are_as_published(shared_data: Path) -> None:
    verdicts = Counter(row["turns"][-1]["content"].split(",")[0] for row in conversations(shared_data, "imhi/dreaddit.csv"))
    assert verdicts == {"Yes": 106, "No": 102}


def test_a_distractor_is_never_said(shared_data: Path) -> None:
    name = "counsel_chat/counsel_chat_250-tokens_sample.json"
    records = [json.loads(text) for batch in read_file(shared_data / name, name, "src") for text in batch["record"].to_pylist()]
    for record, row in zip(records, conversations(shared_data, name), strict=True):
        right = {utterance["candidates"][-1] for utterance in record["utterances"]}
        history = {text for utterance in record["utterances"] for text in utterance["history"]}
        wrong = {text for utterance in record["utterances"] for text in utterance["candidates"][:-1]} - right - history
        assert not wrong & {turn["content"] for turn in row["turns"]}
        assert row["turns"][-1]["content"] in {text.strip() for text in right}


def test_the_right_choice_is_the_one_that_the_label_names(shared_data: Path) -> None:
    name = "bbq/Religion.jsonl"
    records = [json.loads(line) for line in (shared_data / name).read_text().splitlines()]
    for record, row in zip(records, conversations(shared_data, name), strict=True):
        assert row["turns"][-1]["content"] == record[f"ans{record['label']}"].strip()
        assert row["turns"][0]["content"].endswith(record["question"].strip())


def test_each_pattern_of_an_intent_is_answered_once(shared_data: Path) -> None:
    name = "intents/intents.json"
    intents = json.loads((shared_data / name).read_text())["intents"]
    patterns = sum(len({text for text in intent["patterns"] if text.strip()}) for intent in intents)
    assert len(conversations(shared_data, name)) == patterns
