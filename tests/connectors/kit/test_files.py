"""Files are read with their declared encoding; malformed rows and bytes get doubts (fault 23)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.files import compute_file_digest, create_file_pages
from hub.domain.sources.records import QuarantineReason, RawRecord
from hub.domain.sources.spec import Format
from hub.errors import SourceRefused
from hub.ingest.raw_payload import build_raw_payload, decode_payload
from tests.ingest.made_up_source import RETRIEVED_AT, SPEC

WriteFile = Callable[..., Path]
SPEC_CSV = replace(SPEC, format=Format.CSV)


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    def write(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


async def read_file(
    path: Path, form: Format = Format.CSV, encoding: str = "utf-8", cursor: str | None = None
) -> list[RawRecord]:
    spec = replace(SPEC, format=form, encoding=encoding)
    pages = create_file_pages(path, spec, 2)(cursor)
    return [record async for page in pages for record in page.records]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("ชื่อ\r\n“ตราด”\r\n".encode(), "utf-8"),
        (b"\xef\xbb\xbf" + "ชื่อ\n“ตราด”\n".encode(), "utf-8"),
        ("ชื่อ\n“ตราด”\n".encode("cp874"), "cp874"),
        ("ชื่อ\n“ตราด”\n".encode("cp874"), "tis-620"),
    ],
)
async def test_file_is_decoded_with_its_declared_encoding(
    write_file: WriteFile, content: bytes, encoding: str
) -> None:
    [record] = await read_file(write_file("a.csv", content), encoding=encoding)
    assert record.payload == {"ชื่อ": "“ตราด”"}
    assert record.doubts == ()


async def test_undecodable_bytes_are_preserved_with_a_doubt(write_file: WriteFile) -> None:
    [undecodable, good] = await read_file(write_file("a.csv", b"a,b\n\xff\xfe,1\nx,2\n"))
    assert [doubt.reason for doubt in undecodable.doubts] == [QuarantineReason.UNDECODABLE]
    assert undecodable.payload["a"].encode("utf-8", "surrogateescape") == b"\xff\xfe"
    assert "\ufffd" not in undecodable.payload["a"]
    assert decode_payload(build_raw_payload(undecodable)) == undecodable.payload
    assert good.doubts == ()


async def test_row_of_another_width_is_preserved_with_a_doubt(write_file: WriteFile) -> None:
    found = await read_file(write_file("a.csv", b"a,b\n1,2,3\n\n4\n5,6\n"))
    assert [record.payload for record in found] == [b"1,2,3", b"4", {"a": "5", "b": "6"}]
    assert [len(record.doubts) for record in found] == [1, 1, 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a,a\n1,2\n", "same name"), (b'a\n"unfinished', "CSV"), (b"a\n" + b"x" * 2_000_000, "CSV")],
)
async def test_file_that_is_not_a_table_is_rejected(
    write_file: WriteFile, content: bytes, message: str
) -> None:
    with pytest.raises(SourceRefused, match=message):
        await read_file(write_file("a.csv", content))


async def test_json_numbers_keep_their_written_form(write_file: WriteFile) -> None:
    content = b'{"a": 1.10, "b": NaN, "c": 1e400}\nbroken\n{"d": "\\ud800"}\n'
    found = await read_file(write_file("a.jsonl", content), Format.JSONL)
    assert str(found[0].payload["a"]) == "1.10"
    assert str(found[0].payload["b"]) == "NaN"
    assert found[1].payload == b"broken"
    assert found[2].doubts[0].reason is QuarantineReason.UNDECODABLE
    for record in found[:2]:
        assert str(decode_payload(build_raw_payload(record))) == str(record.payload)


async def test_record_list_is_read_from_its_declared_path(write_file: WriteFile) -> None:
    nested = replace(SPEC, paging=replace(SPEC.paging, records="result.records"))
    path = write_file("a.json", b'{"result": {"records": [{"a": 1}]}}')
    pages = [page async for page in create_file_pages(path, nested)(None)]
    assert [record.payload for page in pages for record in page.records] == [{"a": 1}]
    with pytest.raises(SourceRefused, match="not JSON as declared"):
        [
            page
            async for page in create_file_pages(write_file("b.json", b'{"other": 1}'), nested)(None)
        ]


async def test_interrupted_file_reading_resumes_at_its_cursor(write_file: WriteFile) -> None:
    path = write_file("a.csv", b"a\n" + b"".join(b"%d\n" % n for n in range(5)))

    async def list_pages(start: str | None) -> list[tuple[Any, ...]]:
        return [
            (page.cursor, page.next_cursor, [record.payload["a"] for record in page.records])
            async for page in create_file_pages(path, SPEC_CSV, 2)(start)
        ]

    all_pages = await list_pages(None)
    assert [page[2] for page in all_pages] == [["0", "1"], ["2", "3"], ["4"]]
    assert all_pages[-1][1] is None
    assert await list_pages(all_pages[0][1]) == all_pages[1:]


def test_hash_does_not_depend_on_the_order_of_keys(write_file: WriteFile) -> None:
    def hash_of(payload: Any) -> str:
        return build_raw_payload(RawRecord(None, payload, None, RETRIEVED_AT)).hash

    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1})
    assert hash_of({"a": 1}) != hash_of({"a": "1"})
    assert compute_file_digest(write_file("x", b"1")) != compute_file_digest(write_file("y", b"2"))
