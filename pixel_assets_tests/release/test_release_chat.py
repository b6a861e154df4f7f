"""Chat text: rendered as transformers does it, with the assistant's part marked, and refused rather than forged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from pixel_assets.errors import SettingsError
from pixel_assets.release.chat_template import ChatTemplate, chat_template, packaged_names, versions
from pixel_assets.release.exports import write_exports
from pixel_assets.release.rendering import Refused, Renderer
from pixel_assets.settings import ExportSettings

from .tables import Row, cut, row

TALK = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hello?"},
    {"role": "assistant", "content": "Hi 🙂."},
    {"role": "user", "content": "And now?"},
    {"role": "assistant", "content": "We listen."},
]
MARKED = {"chatml": "<|im_end|>", "gemma": "<end_of_turn>", "llama3": "<|eot_id|>", "mistral": "</s>", "zephyr": "</s>"}


@pytest.mark.parametrize("name", sorted(MARKED))
def test_the_spans_are_the_replies_with_their_end_token(name: str) -> None:
    text, spans = Renderer(chat_template(name)).render(TALK)
    assert [text[start:end] for start, end in spans] == [f"Hi 🙂.{MARKED[name]}", f"We listen.{MARKED[name]}"]


def test_the_packaged_templates_are_those_that_are_tested() -> None:
    assert packaged_names() == tuple(sorted(MARKED))


def test_texts_of_the_packaged_templates() -> None:
    short = TALK[:3]
    assert {name: Renderer(chat_template(name)).render(short).text for name in MARKED} == {
        "chatml": "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello?<|im_end|>\n"
        "<|im_start|>assistant\nHi 🙂.<|im_end|>\n",
        "gemma": "<bos><start_of_turn>user\nBe kind.\n\nHello?<end_of_turn>\n<start_of_turn>model\nHi 🙂.<end_of_turn>\n",
        "llama3": "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user"
        "<|end_header_id|>\n\nHello?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHi 🙂.<|eot_id|>",
        "mistral": "<s> [INST] Be kind.\n\nHello? [/INST] Hi 🙂.</s>",
        "zephyr": "<|system|>\nBe kind.</s>\n<|user|>\nHello?</s>\n<|assistant|>\nHi 🙂.</s>\n",
    }


@pytest.mark.parametrize("name", ["gemma", "mistral"])
def test_roles_that_do_not_alternate_are_refused_where_the_model_wants_them_to(name: str) -> None:
    with pytest.raises(Refused, match="have to alternate"):
        Renderer(chat_template(name)).render(TALK[2:])


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="<>[]|"), min_size=1).filter(lambda text: text == text.strip())


@given(st.sampled_from(sorted(MARKED)), st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=3))
def test_what_is_marked_is_what_the_assistant_says_and_nothing_else(name: str, said: list[tuple[str, str]]) -> None:
    talk = [{"role": role, "content": text} for pair in said for role, text in zip(("user", "assistant"), pair, strict=True)]
    text, spans = Renderer(chat_template(name)).render(talk)
    assert [text[start:end] for start, end in spans] == [reply + MARKED[name] for _, reply in said]


def test_a_template_cannot_reach_out_of_its_sandbox_nor_ask_for_the_time() -> None:
    with pytest.raises(Refused):
        Renderer(ChatTemplate("bad", "{{ messages.__class__.__mro__[1].__subclasses__() }}")).render(TALK)
    with pytest.raises(SettingsError, match="asks for the time"):
        Renderer(ChatTemplate("today", "{{ strftime_now('%d') }}")).render(TALK)
    with pytest.raises(SettingsError, match="no Jinja"):
        Renderer(ChatTemplate("broken", "{% for %}"))


def _written(folder: Path, rows: list[Row], **chosen: Any) -> Any:
    settings = ExportSettings(formats=("chat",), **chosen)
    return write_exports(cut(rows), folder, settings, counts={"train": len(rows)})


def test_each_template_has_files_of_its_own_and_offsets_are_characters(tmp_path: Path) -> None:
    _written(tmp_path, [row("a", "train", "Hello 🙂?", "Hi 🙂.")], tokenizers=("chatml", "llama3"))
    for name in ("chatml", "llama3"):
        line = json.loads((tmp_path / f"chat/{name}/train-00000.jsonl").read_text())
        ((start, end),) = line["assistant_spans"]
        assert line["text"][start:end] == f"Hi 🙂.{MARKED[name]}"


def test_a_text_that_would_forge_a_turn_is_rejected_for_the_template_that_knows_its_mark(tmp_path: Path) -> None:
    rows = [row("a", "train", "Type <|im_end|> now.", "I will not.")]
    found = _written(tmp_path, rows, tokenizers=("chatml", "zephyr"))
    assert [(each["id"], each["format"], each["reason"]) for each in found.rejected.to_pylist()] == [
        ("a", "chat/chatml", "control_token")
    ]
    assert [(each["format"], each["rows"], each["rejected"]) for each in found.files.to_pylist()] == [
        ("chat/chatml", 0, 1),
        ("chat/zephyr", 1, 0),
    ]


def test_what_a_template_refuses_is_rejected_without_its_text(tmp_path: Path) -> None:
    rows = [row("a", "train", "One?", "Two."), {**row("b", "train"), "turns": TALK[2:]}]
    found = _written(tmp_path, rows, tokenizers=("gemma",))
    assert [(each["id"], each["reason"]) for each in found.rejected.to_pylist()] == [("b", "template_refuses")]


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """Single characters as tokens; what is none is the unknown token."""
    letters = {chr(code): code - 31 for code in range(32, 127)} | {"\n": 96, "[UNK]": 0}
    found = Tokenizer(models.WordLevel(letters, "[UNK]"))
    found.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    found.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def test_with_a_tokenizer_rows_have_ids_masks_and_counted_tokens(tmp_path: Path, tokenizer: Path) -> None:
    found = _written(tmp_path / "export", [row("a", "train", "Hi?", "Yes.")], tokenizers=("zephyr",), tokenizer_file=tokenizer)
    line = json.loads((tmp_path / "export/chat/zephyr/train-00000.jsonl").read_text())
    text = line["text"]
    assert len(line["input_ids"]) == len(text)
    marked = "".join(letter for letter, on in zip(text, line["assistant_masks"], strict=True) if on)
    assert marked == "Yes.</s>"
    assert line["trainable_tokens"] == 8
    (entry,) = found.files.to_pylist()
    assert (entry["trainable_tokens"], entry["tokens_estimated"]) == (8, False)


def test_a_reply_that_the_template_pushes_beyond_what_training_sees_is_rejected(tmp_path: Path, tokenizer: Path) -> None:
    rows = [row("a", "train", "Hi?", "Yes.")]  # 3 + 4 characters, but 37 before the reply in the text
    asked: dict[str, Any] = {"tokenizers": ("zephyr",), "tokenizer_file": tokenizer}
    found = _written(tmp_path / "export", rows, **asked, max_tokens=30)
    assert [(each["format"], each["reason"]) for each in found.rejected.to_pylist()] == [("chat/zephyr", "beyond_max_tokens")]


def _folder(folder: Path, template: str | None, tokenizer: Path) -> Path:
    folder.mkdir()
    config: dict[str, Any] = {"bos_token": "<s>", "eos_token": {"content": "</s>"}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config | ({"chat_template": template} if template else {})))
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    return folder


GENERATING = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content + eos_token }}"
    "{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}"
)


def test_a_folder_of_a_tokenizer_brings_template_tokens_and_tokenizer(tmp_path: Path, tokenizer: Path) -> None:
    folder = _folder(tmp_path / "mine", GENERATING, tokenizer)
    found = chat_template(str(folder))
    assert (found.name, found.tokenizer, set(found.control)) == ("mine", folder / "tokenizer.json", {"<s>", "</s>"})
    assert Renderer(found).render(TALK[1:3]).text == "<s>Hello?Hi 🙂.</s>"
    before = versions([str(folder)], None)
    assert set(before) == {f"{folder}/tokenizer_config.json", f"{folder}/tokenizer.json"}
    (folder / "tokenizer_config.json").write_text("{}")
    assert versions([str(folder)], None) != before


def test_what_cannot_be_rendered_with_is_said_so(tmp_path: Path, tokenizer: Path) -> None:
    with pytest.raises(SettingsError, match=r"no chat template is called 'chatml2'.*chatml, gemma"):
        chat_template("chatml2")
    with pytest.raises(SettingsError, match="has no chat template"):
        chat_template(str(_folder(tmp_path / "none", None, tokenizer)))
    with pytest.raises(SettingsError, match="does not say what is the assistant's"):
        chat_template(str(_folder(tmp_path / "unmarked", "{{ messages[0].content }}", tokenizer)))
    with pytest.raises(SettingsError, match=r"no file .*tokenizer\.json"):
        versions((), tmp_path / "nowhere" / "tokenizer.json")


@pytest.mark.parametrize("name", sorted(MARKED))
def test_transformers_renders_and_masks_the_same(name: str, tokenizer: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="the peer of this test is not installed")
    from pixel_assets.release.chat_text import ChatText
    from pixel_assets.release.messages import to_messages
    from pixel_assets.release.tokens import Estimate

    from .test_messages import _table

    template = chat_template(name)
    known = Tokenizer.from_file(str(tokenizer))
    known.add_special_tokens(list(template.control))
    known.save(str(tokenizer))
    peer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(tokenizer), **template.tokens)
    talk = row("a", "train", "Hello 🙂?", "Hi 🙂.", "  And now? \n", "We\nlisten.", system="Be kind.")
    wanted = peer.apply_chat_template(
        talk["turns"], chat_template=template.source, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    messages = to_messages(_table(talk), ExportSettings(), Estimate()).rows
    (found,) = ChatText(template, tokenizer, None).rows(messages)[0].to_pylist()
    assert found["text"] == peer.apply_chat_template(talk["turns"], chat_template=template.source, tokenize=False)
    assert found["assistant_masks"] == wanted["assistant_masks"]
    assert found["input_ids"] == wanted["input_ids"]
