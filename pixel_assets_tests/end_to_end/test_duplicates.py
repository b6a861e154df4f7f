"""Duplicates in the whole: what repeats itself is found, verified and decided on once, and nothing leaks between splits."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from .tiny import Tiny, bring_up

Chat = tuple[tuple[str, str], ...]

_WORDS: Final = [f"{a}{b}{c}" for a in ("bo", "ki", "la", "mur", "te", "vo", "ri", "su") for b in ("ne", "ra", "du", "li", "fo")
                 for c in ("m", "th", "st", "ll", "ck", "ge", "sh", "nd")]  # fmt: skip


def _said(seed: str, sentences: int) -> str:
    """Made-up sentences of made-up words, that have few of them in common with those of another seed."""
    draw = random.Random(seed)
    return " ".join(
        f"I {draw.choice(_WORDS)} the {draw.choice(_WORDS)} {draw.choice(_WORDS)} and {draw.choice(_WORDS)} {draw.choice(_WORDS)}"
        f" {draw.choice(_WORDS)} before {draw.choice(_WORDS)} {draw.choice(_WORDS)}."
        for _ in range(sentences)
    )


def chat(seed: str, *, before: str = "", after: str = "") -> Chat:
    """A made-up conversation; ``before`` is said before what the user says, ``after`` behind what is answered."""
    return ("user", f"{before}{_said(f'{seed}/user', 6)}"), ("assistant", f"{_said(f'{seed}/assistant', 6)}{after}")


def edited(chat: Chat, words: str) -> Chat:
    """The same with a few more words at the end of each side."""
    return tuple((role, f"{content} {words}") for role, content in chat)


BASE: Final = chat("base")
NEAR: Final = edited(BASE, "That is all of it.")
BREATHLESS: Final = tuple((role, content.replace(". ", ", ")) for role, content in BASE)
SAME_ANSWER: Final = (chat("another question")[0], BASE[1])
CANNED: Final = [(("user", _said(f"canned {n}", 1)), ("assistant", _said("canned", 9))) for n in range(2)]
SAME_QUESTION: Final = (BASE[0], chat("another answer")[1])
SYSTEM: Final = " ".join(
    ["You are a patient listener who answers in plain words and never judges anybody for anything at all."] * 6
)
PROMPTED: Final = [(("system", SYSTEM), *chat(f"prompted {n}")) for n in range(2)]
TEMPLATE: Final = (
    "Please read what this person has written to us and answer as a careful listener would, in plain words, without any advice "
    "that was not asked for, without a judgement, and with one open question at the end of what you say to them. "
)
CLOSING: Final = (
    " Thank you for writing to us today. If you wish to go on, write again at any hour, for somebody reads what comes in by day"
    " and by night, and nothing of what you say here is passed on to anybody else without your word."
)
TEMPLATED: Final = [chat(f"templated {n}", before=TEMPLATE, after=CLOSING) for n in range(60)]
BENCH: Final = chat("bench")
LEAKING: Final = (("user", f"Somebody asked me this. {BENCH[0][1]} What would you say?"), chat("leaking")[1])
PROMPT: Final = _said("prompt file", 5)
GIVEN_AWAY: Final = (("user", PROMPT), chat("given away")[1])
OTHERS: Final = [chat(f"other {n}") for n in range(12)]


@dataclass
class Planted(Tiny):
    """A project in which something repeats itself."""

    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "mix": {"target": 500}, "thresholds": {"preset": "off"}, "boilerplate": {"share": 0.2, "at_least": 20},
            "contamination": {"prompts": ["prompts/*.jsonl"]}, "decisions": {"languages": []},
        }
    )  # fmt: skip
    chats: list[Chat] = field(
        default_factory=lambda: [
            BASE,
            NEAR,
            BREATHLESS,
            SAME_ANSWER,
            SAME_QUESTION,
            *CANNED,
            *PROMPTED,
            *TEMPLATED,
            LEAKING,
            GIVEN_AWAY,
            *OTHERS,
        ]
    )

    def write(self) -> Planted:
        super().write()
        entry = "  title: Test\n  licence: Apache-2.0\n  category: psychology\n"
        (self.sources / "sources.yaml").write_text(
            f"chats:\n  path: chats.jsonl\n{entry}bench:\n  path: bench.jsonl\n  purpose: evaluation\n{entry}"
        )
        (self.sources / "chats.jsonl").write_text("".join(map(_line, self.chats)))
        (self.sources / "bench.jsonl").write_text(_line(BENCH))
        (self.sources / "prompts").mkdir(exist_ok=True)
        (self.sources / "prompts" / "asked.jsonl").write_text(json.dumps({"prompt": PROMPT}) + "\n")
        return self

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the state as it is now."""
        project = self.project()
        with project.connect() as connection:
            for name in project.graph.assets:
                connection.execute(f'CREATE VIEW "{name}" AS {project.table(name).sql()}')
            return connection.execute(sql).fetchall()

    def decided(self, chat: Chat) -> dict[str, Any]:
        """The decision on a conversation, with the rows of the file that its winner came from."""
        names = ("keep", "reason", "detail", "winner", "similarity")
        (found,) = self.query(f"""
            SELECT keep, reason, detail, w.provenances[1].rows, similarity
            FROM decisions d JOIN redacted_corpus c USING (conversation_id)
                LEFT JOIN redacted_corpus w ON w.conversation_id = winner_id
            WHERE c.source = 'chats' AND list_contains(c.provenances[1].rows, {1 + self.chats.index(chat)})
        """)
        return dict(zip(names, found, strict=True))


def _line(chat: Chat) -> str:
    return json.dumps({"messages": [{"role": role, "content": content} for role, content in chat]}) + "\n"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """A project with every planted case, built; only read it."""
    project = Planted(tmp_path_factory.mktemp("planted")).write()
    assert bring_up(project.project()).errors == {}
    return project


def test_of_copies_one_is_used_and_the_others_say_which_and_how_alike(planted: Planted) -> None:
    made = {name: planted.decided(chat) for name, chat in (("base", BASE), ("near", NEAR), ("breathless", BREATHLESS))}
    (winner,) = [name for name, row in made.items() if row["keep"]]
    place = {"base": [1], "near": [2], "breathless": [3]}[winner]
    losers = [row for row in made.values() if not row["keep"]]
    assert [row["winner"] for row in losers] == [place, place]
    assert {row["reason"] for row in losers} <= {"exact_duplicate", "near_duplicate"}
    assert all(row["similarity"] == 1.0 if row["reason"] == "exact_duplicate" else row["similarity"] > 0.8 for row in losers)


def test_the_same_answer_to_another_question_and_another_answer_to_the_same_are_both_used(planted: Planted) -> None:
    for chat in (SAME_ANSWER, SAME_QUESTION, *CANNED):
        assert planted.decided(chat)["reason"] == "kept"


def test_a_shared_system_prompt_makes_nobody_alike(planted: Planted) -> None:
    assert [planted.decided(chat)["reason"] for chat in PROMPTED] == ["kept", "kept"]


def test_a_shared_template_is_boilerplate_and_chains_nobody(planted: Planted) -> None:
    said = {text for (text,) in planted.query("SELECT text FROM boilerplate")}
    template = TEMPLATE.lower().replace(",", "").replace(".", "")
    assert any(text in template for text in said)
    assert {planted.decided(chat)["reason"] for chat in TEMPLATED} == {"kept"}
    least, most = planted.query("SELECT min(boilerplate_words), max(boilerplate_words) FROM minhash_signatures")[0]
    assert (least, most > 60) == (0, True)


def test_what_gives_away_an_evaluation_or_a_prompt_is_not_trained_on(planted: Planted) -> None:
    leaking, given_away = planted.decided(LEAKING), planted.decided(GIVEN_AWAY)
    assert (leaking["reason"], given_away["reason"]) == ("contaminated", "contaminated")
    assert leaking["detail"].startswith("13-gram 1.00 of bench ")
    assert given_away["detail"] == "13-gram 1.00 of prompts/asked.jsonl prompts/asked.jsonl:1"


def test_what_is_tied_stands_on_one_side_of_the_splits(planted: Planted) -> None:
    apart = planted.query("""
        SELECT count(*) FROM (SELECT left_id, right_id FROM duplicate_pairs UNION SELECT left_id, right_id FROM semantic_pairs)
        JOIN dataset_splits AS a ON left_id = a.conversation_id JOIN dataset_splits AS b ON right_id = b.conversation_id
        WHERE a.split <> b.split
    """)
    assert apart == [(0,)]
    assert planted.query("SELECT count(*) > 0 FROM duplicate_pairs WHERE NOT duplicate") == [
        (True,)
    ]  # canned answers are related


def test_the_funnel_ends_at_what_is_kept(planted: Planted) -> None:
    rows = planted.query('SELECT reason, rows, "left" FROM decision_funnel')
    assert rows[-1][0] == "kept"
    assert rows[-1][1] == rows[-1][2] == planted.query("SELECT count(*) FROM decisions WHERE keep")[0][0]
    assert sum(row[1] for row in rows) == planted.query("SELECT count(*) FROM redacted_corpus")[0][0]


def test_changes_end_as_a_clean_build_does_and_cost_what_they_change(planted: Planted, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(planted.warehouse, tmp_path / "one" / "warehouse", symlinks=True)
    changed = Planted(tmp_path / "one", settings=json.loads(json.dumps(planted.settings)), chats=list(planted.chats))
    changed.chats[-1] = edited(changed.chats[-2], "I say so again.")  # another near copy
    changed.chats = changed.chats[1:]
    brought = bring_up(changed.write().project())
    assert brought.errors == {}
    for step in ("conversation_traits", "embeddings", "quality_readings", "text_fingerprints", "minhash_signatures"):
        assert brought.results[step, "_"].assets[0].rows_computed == 1  # though every row of the file stands elsewhere now
    clean = Planted(tmp_path / "two", settings=changed.settings, chats=list(changed.chats)).write()
    assert bring_up(clean.project()).errors == {}
    assert clean.state() == changed.state()
    assert changed.decided(changed.chats[-1])["reason"] in ("near_duplicate", "kept")

    before = changed.state()
    brought = bring_up(changed.change("near", threshold=0.99).project())
    assert ("minhash_signatures", "_") not in brought.computed
    assert ("semantic_pairs", "_") not in brought.computed
    assert {("duplicate_pairs", "_"), ("decisions", "_")} <= brought.computed
    bring_up(changed.change("near", threshold=0.8).project())
    assert changed.state() == before


def test_a_changed_prompt_file_makes_contamination_stale_and_says_so(planted: Planted, tmp_path: Path) -> None:
    import shutil

    from pixel_assets.build.plan import make_plan

    shutil.copytree(planted.warehouse, tmp_path / "one" / "warehouse", symlinks=True)
    changed = Planted(tmp_path / "one", settings=planted.settings, chats=list(planted.chats)).write()
    (changed.sources / "prompts" / "asked.jsonl").write_text(json.dumps({"prompt": _said("other", 5)}) + "\n")
    stale = {item.step.name: item.reasons for item in make_plan(changed.project()).stale}
    assert [reason.kind for reason in stale["contamination"]] == ["file"]
    assert "prompts/asked.jsonl" in stale["contamination"][0].detail
    bring_up(changed.project())
    assert changed.decided(GIVEN_AWAY)["reason"] == "kept"
