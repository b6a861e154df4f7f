"""Dialogues rendered by chat templates: each family, what is cut off, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.detect import detect
from pixel_assets.conversation.hints import Options

from .converting import assert_sound, converted, draft, rejection

S, U, A = "system", "user", "assistant"
TALK = [(U, "I can't sleep."), (A, "What keeps you awake?"), (U, "Work."), (A, "Tell me more.")]

RENDERED = {
    "chatml": "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nI can't sleep.<|im_end|>\n<|im_start|>assistant\n"
    "What keeps you awake?<|im_end|>\n<|im_start|>user\nWork.<|im_end|>\n<|im_start|>assistant\nTell me more.<|im_end|>\n",
    "llama2": "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nI can't sleep. [/INST] What keeps you awake? </s><s>[INST] Work. [/INST]"
    " Tell me more. </s>",
    "mistral": "<s>[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT][INST]I can't sleep.[/INST]What keeps you awake?</s>[INST]Work.[/INST]"
    "Tell me more.</s>",
    "llama3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user"
    "<|end_header_id|>\n\nI can't sleep.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    "What keeps you awake?<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
    "Work.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nTell me more.<|eot_id|><|end_of_text|>",
    "gemma": "<bos><start_of_turn>system\nBe kind.<end_of_turn>\n<start_of_turn>user\nI can't sleep.<end_of_turn>\n"
    "<start_of_turn>model\nWhat keeps you awake?<end_of_turn>\n<start_of_turn>user\nWork.<end_of_turn>\n"
    "<start_of_turn>model\nTell me more.<end_of_turn>\n",
    "phi": "<|system|>\nBe kind.<|end|>\n<|user|>\nI can't sleep.<|end|>\n<|assistant|>\nWhat keeps you awake?<|end|>\n<|user|>\n"
    "Work.<|end|>\n<|assistant|>\nTell me more.<|end|>\n<|endoftext|>",
    "zephyr": "<|system|>\nBe kind.</s>\n<|user|>\nI can't sleep.</s>\n<|assistant|>\nWhat keeps you awake?</s>\n<|user|>\n"
    "Work.</s>\n<|assistant|>\nTell me more.</s>",
    "guanaco": "Be kind.\n### Human: I can't sleep. ### Assistant: What keeps you awake?### Human: Work."
    "### Assistant: Tell me more.",
    "vicuna": "Be kind. USER: I can't sleep. ASSISTANT: What keeps you awake?</s>USER: Work. ASSISTANT: Tell me more.</s>",
    "deepseek": "<｜begin▁of▁sentence｜>Be kind.<｜User｜>I can't sleep.<｜Assistant｜>What keeps you awake?<｜end▁of▁sentence｜>"
    "<｜User｜>Work.<｜Assistant｜>Tell me more.<｜end▁of▁sentence｜>",
}


@pytest.mark.parametrize("family", RENDERED)
def test_a_rendered_dialogue_is_the_dialogue_again_and_its_system_prompt_is_no_speech(family: str) -> None:
    record = {"text": RENDERED[family]}
    assert detect([record]).name == "chat_template"
    result = draft("chat_template", record)
    assert result.turns == [(S, "Be kind."), *TALK]
    assert result.flags == ()


def test_alpaca_joins_an_instruction_and_its_input() -> None:
    text = "Below is a task.\n\n### Instruction:\nName the feeling.\n\n### Input:\nMy hands shake.\n\n### Response:\nFear."
    assert draft("chat_template", {"text": text}).turns == [
        (S, "Below is a task."),
        (U, "Name the feeling.\n\nMy hands shake."),
        (A, "Fear."),
    ]


def test_a_last_turn_that_was_cut_off_is_kept_with_a_flag() -> None:
    result = draft("chat_template", {"text": "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\nI am h"})
    assert (result.turns, result.flags) == ([(U, "hello"), (A, "I am h")], ("unclosed_turn",))


def test_a_prompt_takes_its_reply_from_the_key_beside_it() -> None:
    record = {"prompt": "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n", "completion": "Hi.", "id": 7}
    result = draft("chat_template", record)
    assert result.turns == [(U, "hello"), (A, "Hi.")]
    assert result.flags == ("generation_prompt_removed",)
    assert result.metadata == {"id": 7, "template": "chatml"}
    assert draft("chat_template", {"prompt": "<s>[INST] hello [/INST]", "response": "Hi."}).turns == [(U, "hello"), (A, "Hi.")]


def test_calls_of_tools_are_counted_and_are_no_speech() -> None:
    text = "<|im_start|>user\nq<|im_end|><|im_start|>tool\n{}<|im_end|><|im_start|>assistant\na<|im_end|>"
    result = draft("chat_template", {"text": text})
    assert result.turns == [(U, "q"), (A, "a")]
    assert (result.flags, result.metadata["tool_turns"]) == (("tool_turns_omitted",), 1)


def test_a_speaker_without_a_role_is_rejected_unless_the_registry_knows_it() -> None:
    record = {"text": "<|im_start|>Mara\nhello<|im_end|><|im_start|>assistant\nHi.<|im_end|>"}
    assert rejection("chat_template", record).reason == "unknown_role"
    assert draft("chat_template", record, Options(user_roles=("Mara",))).turns == [(U, "hello"), (A, "Hi.")]


def test_a_closing_tag_within_speech_closes_nothing() -> None:
    text = "<s>[INST] What does <s>old</s> mean? [/INST] It is struck through. </s>"
    assert draft("chat_template", {"text": text}).turns == [(U, "What does <s>old</s> mean?"), (A, "It is struck through.")]


@pytest.mark.parametrize(
    "text",
    [
        "The USER: field holds the name of the user.",
        "I read about <|im_start|>user tokens today.",
        "ASSISTANT: hello USER: hi",
        "### Instruction:\nwrite\n### Input:\nx",
        "plain words",
    ],
)
def test_words_about_templates_are_no_template(text: str) -> None:
    assert rejection("chat_template", {"text": text}).reason == "no_roles"
    assert detect([{"text": text}]).name != "chat_template"


MARKS = ["<|im_start|>", "<|im_end|>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "</s>", "<s>", "USER:", "ASSISTANT:",
         "### Instruction:", "### Response:", "<|user|>", "<start_of_turn>", "user", "model", "\n", " ", "word"]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=4)), max_size=20).map("".join))
def test_any_text_with_marks_gives_drafts_or_a_reason(text: str) -> None:
    assert_sound(converted("chat_template", {"text": text}), text)


@pytest.mark.parametrize(
    "piece", ["<|im_start|>", "<|im_start|>user ", "</s>", "[INST]", "<s> ", "USER: ", "### ", " ", "<<SYS>>"]
)
def test_long_runs_of_one_mark_come_to_an_end(piece: str) -> None:
    text = "<s>[INST]" + piece * (200_000 // len(piece))
    assert_sound(converted("chat_template", {"text": text}), text)
