"""The backend against a real server: what it asks, when it asks again, and when it need not ask at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.errors import EndpointError
from pixel_assets.generation.composed import Backend, Composed, Refused
from pixel_assets.generation.endpoint.backend import Endpoint
from pixel_assets.generation.endpoint.options import EndpointOptions
from pixel_assets.generation.scenario import FORMS, Scenario
from pixel_assets_tests.generation.chat_server import ChatServer, Reply, form_of, running, written
from pixel_assets_tests.generation.scenarios import known, scenario

SESSION = scenario("therapy_session")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running() as served:
        yield served


def options(server: ChatServer, **changes: Any) -> EndpointOptions:
    quick = EndpointOptions(server.url, "tiny", attempts=3, timeout=5.0, max_wait=0.05, parallel=3)
    return replace(quick, **changes)


def compose(server: ChatServer, folder: Path, made: Scenario = SESSION, **changes: Any) -> Composed | Refused:
    with Endpoint(options(server, **changes), folder) as endpoint:
        return endpoint.compose(made, known(made))


def many(count: int) -> list[Scenario]:
    return [replace(SESSION, number=number, seed=number, age=20 + number) for number in range(count)]


def test_every_form_becomes_a_conversation_with_its_templates(server: ChatServer, tmp_path: Path) -> None:
    for form in FORMS:
        made = scenario(form)
        composed = compose(server, tmp_path, made)
        assert isinstance(composed, Composed)
        assert composed.templates == (f"endpoint/{form}", "model/tiny")
        assert (composed.reasoning is not None) == (form in {"case_formulation", "differential_diagnosis", "ethical_dilemma"})
        assert [turn.content for turn in composed.turns] == [turn["content"] for turn in written(form)["turns"]]


def test_a_request_says_model_parameters_and_the_schema_of_the_answer(server: ChatServer, tmp_path: Path) -> None:
    compose(server, tmp_path, temperature=0.3, max_tokens=900)
    (body,) = server.requests
    assert {name: body[name] for name in ("model", "temperature", "max_tokens", "seed", "stream")} == {
        "model": "tiny", "temperature": 0.3, "max_tokens": 900, "seed": 7, "stream": False,
    }  # fmt: skip
    assert body["response_format"]["json_schema"]["schema"]["required"] == ["turns", "reasoning"]


def test_a_second_run_asks_for_nothing_and_gives_the_same(server: ChatServer, tmp_path: Path) -> None:
    server.replies = [Reply("no JSON"), Reply("still none")]  # a refusal is kept as well
    with Endpoint(options(server, parallel=1), tmp_path) as endpoint:
        first = list(endpoint.compose_many(many(4), known))
    asked = len(server.requests)
    with Endpoint(options(server, base_url="http://127.0.0.1:9/v1"), tmp_path) as endpoint:  # nobody listens there
        assert list(endpoint.compose_many(many(4), known)) == first
    with Endpoint(options(server, offline=True), tmp_path) as endpoint:
        assert list(endpoint.compose_many(many(4), known)) == first
    assert isinstance(first[0], Refused)
    assert [type(composed) for composed in first[1:]] == [Composed] * 3
    assert asked == len(server.requests) == 5


def test_offline_what_was_never_asked_is_refused(server: ChatServer, tmp_path: Path) -> None:
    refused = compose(server, tmp_path, offline=True)
    assert isinstance(refused, Refused)
    assert refused.reason == "not_cached"
    assert server.requests == []


@pytest.mark.parametrize(
    "change", [{"model": "other"}, {"temperature": 0.1}, {"max_tokens": 5}], ids=["model", "temperature", "max_tokens"]
)
def test_what_decides_a_text_is_asked_anew_and_changes_the_version(
    server: ChatServer, tmp_path: Path, change: dict[str, Any]
) -> None:
    compose(server, tmp_path)
    compose(server, tmp_path, **change)
    assert len(server.requests) == 2
    assert Endpoint(options(server, **change), tmp_path).version != Endpoint(options(server), tmp_path).version


def test_patience_address_and_key_change_neither_version_nor_cache(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INVENTED_KEY", "sk-invented")
    compose(server, tmp_path)
    other = options(server, base_url=server.url + "/", api_key_variable="INVENTED_KEY", timeout=9.0, attempts=9, parallel=1)
    with Endpoint(other, tmp_path) as endpoint:
        assert endpoint.version == Endpoint(options(server), tmp_path).version
        endpoint.compose(SESSION, known(SESSION))
    assert len(server.requests) == 1


def test_the_key_is_shown_to_the_server_and_kept_nowhere(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INVENTED_KEY", "sk-invented")
    compose(server, tmp_path, api_key_variable="INVENTED_KEY")
    server.replies = [Reply(status=401, error={"message": "wrong key sk-invented"})]
    with pytest.raises(EndpointError) as caught:
        compose(server, tmp_path, scenario("psychoeducation"), api_key_variable="INVENTED_KEY")
    assert server.keys == ["Bearer sk-invented"] * 2
    assert "INVENTED_KEY" in str(caught.value)
    assert "sk-invented" not in str(caught.value)
    assert all(b"sk-invented" not in file.read_bytes() for file in tmp_path.rglob("*.json"))


def test_a_key_that_is_not_set_is_said_before_anything_is_sent(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INVENTED_KEY", raising=False)
    with pytest.raises(EndpointError, match="environment variable INVENTED_KEY is empty or not set"):
        compose(server, tmp_path, api_key_variable="INVENTED_KEY")
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=429, headers={"Retry-After": "0.01"}), Reply(status=500), Reply(status=503), Reply(cut=0), Reply(cut=40),
        Reply(stall=2.0), Reply(raw=b"<html>"), Reply(raw=b'{"error": {"message": "busy"}}'), Reply(raw=b'{"choices": []}'),
    ],
    ids=["429", "500", "503", "dropped", "cut", "slow", "html", "error", "nothing"],
)  # fmt: skip
def test_what_may_pass_is_tried_again(server: ChatServer, tmp_path: Path, reply: Reply) -> None:
    server.replies = [reply, reply]
    assert isinstance(compose(server, tmp_path, timeout=1.0 if reply.stall else 5.0), Composed)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("reply", "said", "requests"),
    [
        (Reply(status=500), "answered 500, 3 times", 3),
        (Reply(cut=3), "broke off the connection, 3 times", 3),
        (Reply(stall=0.5), r"did not answer in 0\.2 s, 3 times", 3),
        (Reply(raw=b"{}"), "no chat completion, 3 times", 3),
        (Reply(status=429, headers={"Retry-After": "600"}), "asks to wait 600 s, longer than 0.05 s", 1),
        (Reply(status=401), "refuses the key, which is none", 1),
        (Reply(status=404), "no model 'tiny'", 1),
        (Reply(status=400, error={"code": "context_length_exceeded"}), r"answered 400 \(context_length_exceeded\)", 1),
        (Reply(status=400, error={"message": "What the prompt says"}), "answered 400 to the request", 3),
        (Reply(status=302, headers={"Location": "/login"}), "answered 302", 1),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_used_fails_the_step(
    server: ChatServer, tmp_path: Path, reply: Reply, said: str, requests: int
) -> None:
    server.write = lambda body: reply
    with pytest.raises(EndpointError, match=said) as caught:
        compose(server, tmp_path, timeout=0.2 if reply.stall else 5.0)
    assert caught.value.where == server.url + "/chat/completions"
    assert "What the prompt says" not in str(caught.value)
    assert len(server.requests) == requests
    assert list(tmp_path.rglob("*.json")) == []


def test_a_server_that_is_not_there_fails_the_step(tmp_path: Path) -> None:
    with running() as gone:
        where = options(gone)
    with Endpoint(where, tmp_path) as endpoint, pytest.raises(EndpointError, match="cannot be reached, 3 times"):
        list(endpoint.compose_many(many(5), known))


def test_an_address_without_v1_is_said(server: ChatServer, tmp_path: Path) -> None:
    with pytest.raises(EndpointError, match=r"no such address.*up to and with /v1"):
        compose(server, tmp_path, base_url=server.url.removesuffix("/v1"))


def test_a_password_in_the_address_is_not_shown(server: ChatServer, tmp_path: Path) -> None:
    server.write = lambda body: Reply(status=404)
    with pytest.raises(EndpointError) as caught:
        compose(server, tmp_path, base_url=server.url.replace("://", "://somebody:secret@"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("knows", "asked"), [("json_object", 2), ("text", 3)])
def test_a_server_without_json_schema_is_asked_in_the_way_it_knows(
    server: ChatServer, tmp_path: Path, knows: str, asked: int
) -> None:
    def write(body: dict[str, Any]) -> Reply:
        return Reply() if body.get("response_format", {"type": "text"})["type"] in (knows, "text") else Reply(status=400)

    server.write = write
    with Endpoint(options(server, parallel=1), tmp_path) as endpoint:
        composed = list(endpoint.compose_many(many(3), known))
    assert all(isinstance(one, Composed) for one in composed)
    assert len(server.requests) == asked + 2  # found out once


def test_an_answer_that_is_cut_off_is_asked_for_with_more_room_once(server: ChatServer, tmp_path: Path) -> None:
    server.replies = [Reply('{"turns": [{"ro', finish="length")]
    assert isinstance(compose(server, tmp_path, max_tokens=500), Composed)
    assert [body["max_tokens"] for body in server.requests] == [500, 1000]
    server.write = lambda body: Reply('{"turns": [{"ro', finish="length")
    refused = compose(server, tmp_path, scenario("assessment"), max_tokens=500)
    assert refused == Refused("truncated", "the answer was cut off before its end")
    assert len(server.requests) == 4


def test_a_fault_is_told_to_the_model_once(server: ChatServer, tmp_path: Path) -> None:
    short = json.dumps(written("therapy_session", turns=written("therapy_session")["turns"][:4]))
    server.replies = [Reply(short)]
    assert isinstance(compose(server, tmp_path), Composed)
    system, case, answer, mend = server.requests[1]["messages"]
    assert [message["role"] for message in (system, case, answer, mend)] == ["system", "user", "assistant", "user"]
    assert [system, case] == server.requests[0]["messages"]
    assert answer["content"] == short
    assert "there are 4 turns, and at least 10 are needed" in mend["content"]
    server.replies = [Reply(short), Reply("Here you are.")]
    assert compose(server, tmp_path, scenario("difficult_client")) == Refused("no_json", "the answer holds no JSON object")
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(refusal="I cannot do that."), "model_refused"),
        (Reply("I'm sorry, but I can't help with that."), "model_refused"),
        (Reply("", finish="content_filter"), "content_filter"),
        (Reply(status=400, error={"code": "content_filter"}), "content_filter"),
    ],
)
def test_a_refusal_is_not_argued_with_and_is_kept(server: ChatServer, tmp_path: Path, reply: Reply, reason: str) -> None:
    server.write = lambda body: reply
    refused = compose(server, tmp_path)
    assert isinstance(refused, Refused)
    assert refused.reason == reason
    assert compose(server, tmp_path, offline=True) == refused
    assert len(server.requests) == 1


def test_many_come_in_their_order_a_bounded_number_at_once(server: ChatServer, tmp_path: Path) -> None:
    def write(body: dict[str, Any]) -> Reply:
        turns = written(form_of(body))["turns"]
        turns[0]["content"] = f"Number {body['seed']}."
        return Reply(json.dumps({"turns": turns, "reasoning": None}), stall=0.08 if body["seed"] % 3 == 0 else 0.01)

    server.write = write
    heard: list[int] = []
    with Endpoint(options(server, parallel=9), tmp_path) as endpoint:
        composed = list(endpoint.compose_many(many(24), known, 3, heard.append))
    assert [one.turns[0].content for one in composed if isinstance(one, Composed)] == [f"Number {i}." for i in range(24)]
    assert heard == list(range(1, 25))
    assert 1 < server.most_at_once <= 3


def test_scenarios_are_taken_as_results_are(server: ChatServer, tmp_path: Path) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Scenario]:
        for made in many(1_000):
            taken.append(made.number)
            yield made

    with Endpoint(options(server, parallel=2), tmp_path) as endpoint:
        results = endpoint.compose_many(endless(), known)
        assert isinstance(next(results), Composed)
        results.close()
    assert len(taken) < 20


def test_what_was_answered_before_an_interruption_is_not_asked_again(server: ChatServer, tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with Endpoint(options(server, parallel=1), tmp_path) as endpoint:
        with pytest.raises(KeyboardInterrupt):
            list(endpoint.compose_many(many(30), known, say=interrupt))
        _until_idle(server)
        kept = len(list(tmp_path.rglob("*.json")))
        assert 5 <= kept < 30
        list(endpoint.compose_many(many(30), known))
    assert len({body["seed"] for body in server.requests}) == 30
    assert len(server.requests) == 30


def _until_idle(server: ChatServer) -> None:
    workers = [thread for thread in threading.enumerate() if thread.name == "in_order"]
    for worker in workers:
        worker.join(10)
    assert server.at_once == 0


def test_a_server_that_goes_down_keeps_what_came_before(server: ChatServer, tmp_path: Path) -> None:
    server.replies = [Reply() for _ in range(4)]
    server.write = lambda body: Reply(status=503)
    got: list[Composed | Refused] = []
    with Endpoint(options(server, parallel=1), tmp_path) as endpoint, pytest.raises(EndpointError, match="answered 503, 3 times"):
        got.extend(endpoint.compose_many(many(8), known))
    server.write = lambda body: Reply()
    before = len(server.requests)
    with Endpoint(options(server), tmp_path) as endpoint:
        assert all(isinstance(one, Composed) for one in endpoint.compose_many(many(8), known))
    assert len(server.requests) - before == 4


def test_equal_scenarios_ask_equal_bytes(server: ChatServer, tmp_path: Path) -> None:
    compose(server, tmp_path / "one")
    compose(server, tmp_path / "two", replace(SESSION))
    assert server.requests[0] == server.requests[1]
    names = [{file.relative_to(tmp_path / run) for file in (tmp_path / run).rglob("*.json")} for run in ("one", "two")]
    assert names[0] == names[1]


def test_it_is_a_backend(server: ChatServer, tmp_path: Path) -> None:
    backend: Backend = Endpoint(options(server), tmp_path)
    assert (backend.name, len(backend.version)) == ("endpoint", 16)
