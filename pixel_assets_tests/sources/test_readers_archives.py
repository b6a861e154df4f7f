"""ZIP and tar: every member is a file of its own, and nothing that an archive holds can lead out of it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from pixel_assets.sources.readers import archive, compression, members

from .reading import by_file

Files = dict[str, bytes]
ONE = b'{"a":1}\n'
TWO = b'{"a":1}\n{"a":2}\n'
EMPTY = "empty_file: it holds no record"
UNSAFE = [archive.UNSAFE_PATH]


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, method)
    return sink.getvalue()


def tarred(files: Files, *special: tarfile.TarInfo) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as made:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
        for info in special:
            made.addfile(info)
    return sink.getvalue()


def lines(count: int) -> bytes:
    return "".join(json.dumps({"n": n, "t": random.Random(n).randbytes(20).hex()}) + "\n" for n in range(count)).encode()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
    "tar.zst": zstd.compress,
}
ARCHIVES: dict[str, Callable[[Files], bytes]] = {
    "zip": zipped,
    **{kind: lambda files, pack=pack: pack(tarred(files)) for kind, pack in PACKERS.items()},  # type: ignore[misc]
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_members_are_files_of_their_own_whatever_their_kind(tmp_path: Path, kind: str, parquet: bytes) -> None:
    files = {
        "b/x.jsonl": TWO,
        "a.csv": b"q,a\n1,2\n",
        "./b/packed.gz": gzip.compress(TWO),
        "t.parquet": parquet,
        "none.txt": b"",
        "song.flac": b"fLaC" + bytes(100),
        "readme": b"hello\n",
    }
    assert by_file(tmp_path, "data", ARCHIVES[kind](files)) == {
        "b/x.jsonl": [{"a": 1}, {"a": 2}],
        "a.csv": [{"q": "1", "a": "2"}],
        "b/packed.gz": [{"a": 1}, {"a": 2}],
        "t.parquet": [{"a": 1}, {"a": 2}],
        "none.txt": [EMPTY],
        "song.flac": ["media_file: audio (FLAC)"],
        "readme": [{"text": "hello\n"}],
    }


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_of_zip_is_unpacked(tmp_path: Path, method: int) -> None:
    assert by_file(tmp_path, "x.zip", zipped({"x.jsonl": TWO}, method)) == {"x.jsonl": [{"a": 1}, {"a": 2}]}


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "C:/x", "c:\\x", "..\\x", "a\\..\\..\\x", "\\\\host\\x"])
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    found = by_file(tmp_path, "x", ARCHIVES[kind]({name: ONE, "good.jsonl": TWO}))
    assert found.pop("good.jsonl") == [{"a": 1}, {"a": 2}]
    assert list(found.values()) == [UNSAFE]
    assert [path.name for path in tmp_path.rglob("*")] == ["x"]


def test_backslashes_of_windows_are_slashes(tmp_path: Path) -> None:
    assert list(by_file(tmp_path, "x", tarred({"a\\b.jsonl": ONE}))) == ["a/b.jsonl"]


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    special = []
    for name, kind in (("s", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE), ("c", tarfile.CHRTYPE), ("p", tarfile.FIFOTYPE)):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "x.jsonl"
        special.append(info)
    assert by_file(tmp_path, "x", tarred({"x.jsonl": ONE}, *special)) == {
        "x.jsonl": [{"a": 1}],
        "s": [archive.LINK],
        "h": [archive.LINK],
        "c": [archive.DEVICE],
        "p": [archive.DEVICE],
    }


def test_a_link_in_a_zip_archive_is_refused(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        info = zipfile.ZipInfo("s")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "../../secret")
    assert by_file(tmp_path, "x", sink.getvalue()) == {"s": [archive.LINK]}


def test_an_encrypted_member_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"x.jsonl": ONE, "y.jsonl": TWO}))
    data[6] |= 1  # the flag in the first member's own header, and in the table of contents
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert by_file(tmp_path, "x", bytes(data)) == {"x.jsonl": [archive.ENCRYPTED], "y.jsonl": [{"a": 1}, {"a": 2}]}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", [zipfile.ZipFile, tarfile.TarFile])
def test_equal_names_are_told_apart_and_only_the_first_is_read(tmp_path: Path, make: type) -> None:
    sink = io.BytesIO()
    with make(sink, "w") if make is zipfile.ZipFile else tarfile.open(fileobj=sink, mode="w") as made:
        for data in (TWO, ONE, ONE):
            if isinstance(made, zipfile.ZipFile):
                made.writestr("x.jsonl", data)
            else:
                info = tarfile.TarInfo("x.jsonl")
                info.size = len(data)
                made.addfile(info, io.BytesIO(data))
    assert by_file(tmp_path, "x", sink.getvalue()) == {
        "x.jsonl": [{"a": 1}, {"a": 2}],
        "x.jsonl#2": [archive.DUPLICATE_NAME],
        "x.jsonl#3": [archive.DUPLICATE_NAME],
    }


def test_a_member_named_as_one_of_an_archive_within_keeps_a_name_of_its_own(tmp_path: Path) -> None:
    files = {"b.zip": zipped({"x.jsonl": ONE}), "b.zip!x.jsonl": TWO}
    found = by_file(tmp_path, "x", tarred(files))
    assert found == {"b.zip!x.jsonl": [{"a": 1}], "b.zip!x.jsonl#2": [{"a": 1}, {"a": 2}]}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_what_an_operating_system_left_is_counted_and_skipped(tmp_path: Path, kind: str) -> None:
    files = {"x.jsonl": ONE, "__MACOSX/._x.jsonl": b"\0\5\x16\7", "d/.DS_Store": b"\0\0\0\1Bud1", "d/._y": b"\0"}
    assert by_file(tmp_path, "x", ARCHIVES[kind](files)) == {
        "x.jsonl": [{"a": 1}],
        "": ["os_litter: 3 members that an operating system left are skipped"],
    }


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_of_nothing_is_empty(tmp_path: Path, kind: str) -> None:
    assert by_file(tmp_path, f"x.{kind}", ARCHIVES[kind]({})) == {"": [EMPTY]}


def test_archives_may_lie_within_archives_to_a_small_depth(tmp_path: Path) -> None:
    data = zipped({"x.jsonl": ONE})
    for level, wrap in enumerate((ARCHIVES["tar.gz"], zipped, ARCHIVES["tar"])):
        data = wrap({f"level{level}": data})
    assert by_file(tmp_path, "x", data) == {"level2!level1!level0": ["nested_too_deep: more than 3 archives within each other"]}
    inner = zipped({"level1": ARCHIVES["tar.gz"]({"level0": zipped({"x.jsonl": ONE})})})
    assert by_file(tmp_path, "x", inner) == {"level1!level0!x.jsonl": [{"a": 1}]}


def test_too_many_members_are_cut_off_and_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBERS", 3)
    found = by_file(tmp_path, "x", zipped({f"{n}.jsonl": ONE for n in range(5)}))
    assert list(found) == ["0.jsonl", "1.jsonl", "2.jsonl", ""]
    assert found[""] == ["too_many_members: only the first 3 members are read"]


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_bomb_ends_the_archive_after_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(compression, "FREE_BYTES", 2**20)
    monkeypatch.setattr(compression, "MAX_RATIO", 100)
    files = {"good.jsonl": TWO, "bomb.txt": b"\n" * 30_000_000, "never.jsonl": ONE}
    found = by_file(tmp_path, "x", ARCHIVES[kind](files))
    assert found["good.jsonl"] == [{"a": 1}, {"a": 2}]
    assert all(found[file][-1].startswith("archive_bomb: a decompression bomb") for file in ("bomb.txt", ""))
    assert "never.jsonl" not in found


def test_a_zip_archive_without_its_end_gives_the_members_before_the_cut(tmp_path: Path) -> None:
    whole = lines(1000)
    files = {"a.jsonl": TWO, "folder/": b"", "b.jsonl": whole, "c.jsonl": ONE}
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        data = zipped(files, method)
        cut = data.index(b"c.jsonl") - 1000
        found = by_file(tmp_path, "x.zip", data[:cut])
        assert found.pop("") == ["unreadable_file: the ZIP archive is damaged or cut off: it has no table of contents"]
        assert found.pop("a.jsonl") == [{"a": 1}, {"a": 2}]
        read = [row for row in found.pop("b.jsonl") if not isinstance(row, str)]
        assert found == {}
        expected = [json.loads(line) for line in whole.splitlines()]
        # The last line of what is left may be cut as well
        assert read[:900] == expected[:900]


def test_a_zip_archive_written_to_a_pipe_is_salvaged_too(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    sink = Pipe()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.jsonl", TWO)
        made.writestr("b.jsonl", ONE)
    data = sink.getvalue()
    found = by_file(tmp_path, "x.zip", data[: data.index(b"PK\x01\x02")])
    assert found["a.jsonl"] == [{"a": 1}, {"a": 2}]
    assert found["b.jsonl"] == [{"a": 1}]


@pytest.mark.parametrize("kind", PACKERS)
def test_a_tar_archive_that_is_cut_gives_what_stands_before(tmp_path: Path, kind: str) -> None:
    whole = lines(8000)
    data = ARCHIVES[kind]({"a.jsonl": TWO, "b.jsonl": whole})
    found = by_file(tmp_path, "x", data[: len(data) * 2 // 3])
    if kind != "tar.bz2":  # which packs 900 KB at once
        assert found["a.jsonl"] == [{"a": 1}, {"a": 2}]
        assert len(found["b.jsonl"]) > 500
    assert str(found[""][0]).startswith("unreadable_file: the ")


def test_a_tar_archive_that_breaks_between_members_does_not_end_silently(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.jsonl": TWO, "b.jsonl": ONE}))
    data[1024 + 148] ^= 0xFF  # the checksum of the second header
    found = by_file(tmp_path, "x", bytes(data))
    assert found == {
        "a.jsonl": [{"a": 1}, {"a": 2}],
        "": ["unreadable_file: the tar archive is damaged or cut off after member 1"],
    }
    found = by_file(tmp_path, "x", bytes(tarred({"a.jsonl": TWO})[:1024]))
    assert found[""] == ["unreadable_file: the tar archive is damaged or cut off after member 1"]


def test_a_damaged_member_of_a_zip_archive_spoils_no_other(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.jsonl": lines(500), "b.jsonl": ONE}))
    data[2000] ^= 0xFF
    found = by_file(tmp_path, "x", bytes(data))
    assert found["a.jsonl"][-1] == "unreadable_file: the compressed data is damaged or cut off"
    assert found["b.jsonl"] == [{"a": 1}]


def test_the_order_in_an_archive_changes_nothing_but_the_order_of_rows(tmp_path: Path) -> None:
    files = {"a.jsonl": ONE, "b.jsonl": TWO, "c.csv": b"x,y\n1,2\n"}
    turned = dict(reversed(files.items()))
    for kind in ("zip", "tar.gz"):
        assert by_file(tmp_path, "x", ARCHIVES[kind](files)) == by_file(tmp_path, "x", ARCHIVES[kind](turned))


def test_a_document_of_an_office_program_is_no_archive(tmp_path: Path) -> None:
    data = zipped({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<R/>", "word/document.xml": b"<w/>"})
    assert by_file(tmp_path, "x.docx", data) == {"": ["media_file: document (DOCX)"]}


def test_nothing_is_left_in_the_folder_of_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("pixel_assets.sources.readers.spool.MEMORY_BYTES", 10)
    assert by_file(tmp_path, "x", ARCHIVES["tar.gz"]({"x.jsonl": TWO})) == {"x.jsonl": [{"a": 1}, {"a": 2}]}
    assert list(scratch.iterdir()) == []
