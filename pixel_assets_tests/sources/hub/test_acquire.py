"""Acquisition through the real clients from a hub that fails in every way: the rows are those of an undisturbed run."""

from __future__ import annotations

import io
import json
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pixel_assets_tests.sources.hub.conftest import TOKEN, Client
from pixel_assets_tests.sources.hub.hub_server import Fault

CARD = b"---\nlicense: mit\n---\nInvented.\n"


def record(n: int, letters: int = 40) -> dict[str, Any]:
    return {"n": n, "messages": [{"role": "user", "content": f"{n} " + "a" * letters}, {"role": "assistant", "content": "Yes."}]}


def json_lines(first: int, count: int, letters: int = 40) -> bytes:
    return b"".join(json.dumps(record(n, letters)).encode() + b"\n" for n in range(first, first + count))


def parquet(first: int, count: int, letters: int = 40) -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist([record(n, letters) for n in range(first, first + count)])
    pq.write_table(table, sink, row_group_size=20, compression="none")
    return sink.getvalue()


def expected(count: int, letters: int = 40) -> list[str]:
    return [json.dumps(record(n, letters), separators=(",", ":")) for n in range(count)]


TWO_FILES = {"README.md": CARD, "data/train-0.jsonl": json_lines(0, 60), "data/train-1.jsonl": json_lines(60, 60)}
TWO_PARQUETS = {"README.md": CARD, "data/train-0.parquet": parquet(0, 60), "data/train-1.parquet": parquet(60, 60)}
FILES = pytest.mark.parametrize(("files", "kind"), [(TWO_FILES, "jsonl"), (TWO_PARQUETS, "parquet")], ids=["jsonl", "parquet"])


@FILES
def test_records_come_in_order_with_their_nesting(client: Client, files: dict[str, bytes], kind: str) -> None:
    client.hub.add(f"order/{kind}", files)
    done = client.acquire(a=client.pinned(f"order/{kind}"))
    assert done.failed == {}
    assert done.rows["a"] == expected(120)


def test_what_is_there_is_not_asked_for_again(client: Client) -> None:
    client.hub.add("again/it", TWO_FILES)
    first = client.acquire(a=client.pinned("again/it"))
    client.hub.requests.clear()
    assert client.acquire(a=client.pinned("again/it")) == first
    assert client.hub.requests == []


@FILES
def test_a_body_that_is_cut_off_again_and_again_goes_on_where_it_ended(
    client: Client, files: dict[str, bytes], kind: str
) -> None:
    name = f"cut/{kind}"
    client.hub.add(name, files, faults=[Fault(kind, times=6, cut=700)])
    done = client.acquire(a=client.pinned(name))
    assert done.failed == {}
    assert done.rows["a"] == expected(120)
    asked = [line for line in client.hub.asked(name) if "bytes=" in line]
    assert any("bytes=700-" in line for line in asked) or kind == "parquet"


def test_files_that_are_stored_elsewhere_go_on_as_well_and_the_token_stays_at_home(client: Client) -> None:
    faults = [Fault("train-0.jsonl", times=2, cut=700), Fault("train-1.jsonl", status=500)]
    client.hub.add("stored/it", TWO_FILES, stored_elsewhere=True, faults=faults)
    done = client.acquire(a=client.pinned("stored/it"))
    assert done.failed == {}
    assert done.rows["a"] == expected(120)
    assert "/store/stored/it/data/train-0.jsonl bytes=700-" in "\n".join(client.hub.requests)
    assert {host for host, _ in client.hub.tokens} == {"127.0.0.1"}


def test_a_body_that_is_cut_off_at_once_every_time_fails(client: Client) -> None:
    client.hub.add("cut/always", TWO_FILES, faults=[Fault("jsonl", times=99, cut=0)])
    done = client.acquire(a=client.pinned("cut/always"))
    assert "the hub broke off the connection, 4 times" in done.failed["a"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_answer_that_may_pass_is_asked_for_again(client: Client, status: int) -> None:
    name = f"busy/s{status}"
    client.hub.add(name, TWO_FILES, faults=[Fault("train-1.jsonl", times=2, status=status, headers={"Retry-After": "0"})])
    done = client.acquire(a=client.pinned(name))
    assert done.failed == {}
    assert done.rows["a"] == expected(120)


def test_an_answer_that_does_not_pass_fails_once_and_not_in_every_layer(client: Client) -> None:
    client.hub.add("busy/always", TWO_FILES, faults=[Fault("train-1.jsonl", times=99, status=503)])
    done = client.acquire(a=client.pinned("busy/always"))
    assert "the hub answered 503, 4 times" in done.failed["a"]
    assert sum("train-1.jsonl" in line for line in client.hub.asked("busy/always")) == 4


def test_a_wait_longer_than_allowed_fails_at_once(client: Client) -> None:
    client.hub.add("busy/long", TWO_FILES, faults=[Fault("train-0.jsonl", times=99, status=429, headers={"Retry-After": "3600"})])
    done = client.acquire(a=client.pinned("busy/long"))
    assert "asks to wait 3,600 s, longer than hub.max_wait allows" in done.failed["a"]
    assert sum("train-0.jsonl" in line for line in client.hub.asked("busy/long")) == 1


def test_a_hub_that_says_nothing_is_asked_again(client: Client) -> None:
    client.hub.add("stall/once", TWO_FILES, faults=[Fault("train-0.jsonl", stall=2.5)])
    done = client.acquire(a=client.pinned("stall/once"))
    assert done.failed == {}
    assert done.rows["a"] == expected(120)


def test_the_next_build_goes_on_after_the_parts_that_are_there(client: Client) -> None:
    repository = client.hub.add("resume/it", TWO_FILES, faults=[Fault("train-1.jsonl", times=99, status=500)])
    first = client.acquire(a=client.pinned("resume/it"))
    assert list(first.failed) == ["a"]
    parts = {path.name: path.stat().st_mtime_ns for path in client.cache.rglob("part-*.parquet")}
    assert len(parts) == 6
    repository.faults.clear()
    client.hub.requests.clear()
    second = client.acquire(a=client.pinned("resume/it"))
    assert second.failed == {}
    assert second.rows["a"] == expected(120)
    assert {path.name: path.stat().st_mtime_ns for path in client.cache.rglob("part-*.parquet")}.items() >= parts.items()


def test_content_that_changes_between_tries_is_refused_and_nothing_of_it_is_kept(client: Client) -> None:
    other = json_lines(1000, 60)
    repository = client.hub.add(
        "change/it", TWO_FILES, faults=[Fault("train-0.jsonl", cut=700), Fault("train-0.jsonl", times=99, content=other)]
    )
    done = client.acquire(a=client.pinned("change/it"))
    assert "ContentChanged" in done.failed["a"]
    assert list(client.cache.rglob("part-*")) == []
    repository.faults.clear()
    assert client.acquire(a=client.pinned("change/it")).rows["a"] == expected(120)


def test_content_that_changes_between_builds_is_refused(client: Client) -> None:
    fault = Fault("train-1.jsonl", times=99, status=500)
    repository = client.hub.add("change/later", TWO_FILES, faults=[fault])
    client.acquire(a=client.pinned("change/later"))
    assert len(list(client.cache.rglob("part-*"))) == 6
    repository.faults[:] = [Fault("train-0.jsonl", times=99, content=json_lines(1000, 60))]
    done = client.acquire(a=client.pinned("change/later"))
    assert "a file of the pinned commit changed" in done.failed["a"]
    assert list(client.cache.rglob("part-*")) == []


def test_no_more_than_allowed_are_acquired_at_once(client: Client) -> None:
    names = [f"limit/{letter}" for letter in "abcd"]
    for name in names:
        client.hub.add(name, TWO_FILES)
    client.settings["parallel"] = 1
    done = client.acquire(**{name[-1]: client.pinned(name) for name in names})
    assert {source: len(rows) for source, rows in done.rows.items()} == dict.fromkeys("abcd", 120)
    asked = [name for line in client.hub.requests for name in names if f"/{name}/" in line]
    assert [name for name, _ in groupby(asked)] == names


def test_one_that_fails_leaves_the_others_alone(client: Client) -> None:
    for name in ("many/a", "many/b", "many/c", "many/d", "many/e"):
        client.hub.add(name, TWO_FILES)
    client.hub.repositories["many/c"].refused = 404
    client.hub.repositories["many/c"].error_code = "RepoNotFound"
    done = client.acquire(**{name[-1]: client.pinned(name) for name in client.hub.repositories if name.startswith("many/")})
    assert list(done.failed) == ["c"]
    assert {source: len(rows) for source, rows in done.rows.items()} == {"a": 120, "b": 120, "d": 120, "e": 120}


@pytest.mark.parametrize(
    ("status", "code", "fields", "said"),
    [
        (404, "RepoNotFound", {}, "does not exist on the hub, or is private"),
        (401, "RepoNotFound", {}, "does not exist on the hub, or is private"),
        (401, "", {}, "the hub refuses refused/s401 (401). Run `hf auth login`"),
        (403, "GatedRepo", {}, "is gated. Accept its terms at https://huggingface.co/datasets/"),
        (0, "", {"revision": "0" * 40}, f"has no commit {'0' * 40}"),
        (0, "", {"split": "exam"}, "has no split 'exam' (expected one of train)"),
        (0, "", {"files": ["*.csv"]}, "holds no data files that match *.csv"),
    ],
    ids=["missing", "private", "token", "gated", "revision", "split", "files"],
)
def test_what_will_not_pass_fails_at_once_and_says_what_to_do(
    client: Client, status: int, code: str, fields: dict[str, Any], said: str
) -> None:
    name = f"refused/s{status}{'-'.join(fields)}"
    client.hub.add(name, TWO_FILES, refused=status, error_code=code)
    done = client.acquire(a=client.pinned(name) | fields)
    assert said in done.failed["a"]
    assert done.failed["a"].startswith("SourceError: source a")
    assert len(client.hub.asked(name)) < 15


def test_configurations_are_named_when_one_must_be_chosen(client: Client) -> None:
    card = "---\nconfigs:\n" + "".join(
        f"- config_name: {name}\n  data_files: {name}.jsonl\n" for name in ("calm", "warm")
    ) + "---\n"  # fmt: skip
    client.hub.add("configs/it", {"README.md": card.encode(), "calm.jsonl": json_lines(0, 3), "warm.jsonl": json_lines(3, 2)})
    done = client.acquire(
        none=client.pinned("configs/it"),
        wrong=client.pinned("configs/it", config="cold"),
        warm=client.pinned("configs/it", config="warm"),
    )
    assert "has several configurations (expected one of calm, warm)" in done.failed["none"]
    assert "has no configuration 'cold' (expected one of calm, warm)" in done.failed["wrong"]
    assert done.rows["warm"] == expected(5)[3:]


def test_code_that_comes_with_a_dataset_is_never_run(client: Client) -> None:
    client.hub.add("script/it", {"README.md": CARD, "it.py": b"raise SystemExit", "data/train.jsonl": json_lines(0, 3)})
    done = client.acquire(a=client.pinned("script/it"))
    assert "is made by a script, and code from the hub is never run" in done.failed["a"]


def test_files_elsewhere_are_not_read(client: Client, tmp_path: Any) -> None:
    client.hub.add("other/one", {"README.md": CARD, "data/train.jsonl": json_lines(0, 3)})
    elsewhere = f"hf://datasets/other/one@{client.hub.repositories['other/one'].sha}/data/train.jsonl"
    card = f"---\nconfigs:\n- config_name: default\n  data_files: {elsewhere}\n---\n"
    client.hub.add("other/two", {"README.md": card.encode(), "data/train.jsonl": json_lines(0, 3)})
    done = client.acquire(a=client.pinned("other/two"))
    assert "names a file that lies elsewhere" in done.failed["a"]


def test_a_file_that_cannot_be_read_fails_without_quoting_it(client: Client) -> None:
    client.hub.add("broken/it", {"README.md": CARD, "data/train.jsonl": json_lines(0, 3) + b'{"n": "Invented secret\n' * 3})
    done = client.acquire(a=client.pinned("broken/it"))
    assert "broken/it cannot be read after record 0" in done.failed["a"]
    assert "secret" not in json.dumps(done.failed)


def test_the_token_is_sent_to_the_hub_and_stands_in_no_message(client: Client) -> None:
    client.hub.add("token/it", TWO_FILES, faults=[Fault("train-1.jsonl", times=99, status=500)])
    done = client.acquire(a=client.pinned("token/it"))
    assert ("127.0.0.1", f"Bearer {TOKEN}") in client.hub.tokens
    assert TOKEN not in json.dumps([done.failed, done.said])
    assert not any(TOKEN.encode() in path.read_bytes() for path in client.cache.rglob("*") if path.is_file())


def test_a_branch_is_resolved_to_its_commit(client: Client) -> None:
    sha = client.hub.add("pin/it", TWO_FILES).sha
    assert client.ask(resolve=["pin/it", "main"]) == {"sha": sha}
    assert "has no commit" in client.ask(resolve=["pin/it", "elsewhere"])["error"]
    assert "does not exist" in client.ask(resolve=["pin/missing", "main"])["error"]
