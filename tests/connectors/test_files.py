"""Files as they come: declared encodings, odd rows, bytes that are no characters (fault 23)."""

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
from tests.ingest.made import AT, SPEC

Made = Callable[..., Path]
SPEC_CSV = replace(SPEC, format=Format.CSV)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def write(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


async def of(
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
async def test_a_file_is_read_by_its_declared_encoding(
    made: Made, content: bytes, encoding: str
) -> None:
    [record] = await of(made("a.csv", content), encoding=encoding)
    assert record.payload == {"ชื่อ": "“ตราด”"}
    assert record.doubts == ()


async def test_bytes_that_do_not_decode_are_kept_and_doubted(made: Made) -> None:
    [bad, good] = await of(made("a.csv", b"a,b\n\xff\xfe,1\nx,2\n"))
    assert [doubt.reason for doubt in bad.doubts] == [QuarantineReason.UNDECODABLE]
    assert bad.payload["a"].encode("utf-8", "surrogateescape") == b"\xff\xfe"
    assert "\ufffd" not in bad.payload["a"]
    assert decode_payload(build_raw_payload(bad)) == bad.payload
    assert good.doubts == ()


async def test_a_row_of_another_width_is_kept_whole_and_doubted(made: Made) -> None:
    found = await of(made("a.csv", b"a,b\n1,2,3\n\n4\n5,6\n"))
    assert [record.payload for record in found] == [b"1,2,3", b"4", {"a": "5", "b": "6"}]
    assert [len(record.doubts) for record in found] == [1, 1, 0]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"a,a\n1,2\n", "same name"), (b'a\n"unfinished', "CSV"), (b"a\n" + b"x" * 2_000_000, "CSV")],
)
async def test_a_file_that_is_no_table_is_refused(made: Made, content: bytes, why: str) -> None:
    with pytest.raises(SourceRefused, match=why):
        await of(made("a.csv", content))


async def test_json_keeps_numbers_as_they_are_written(made: Made) -> None:
    content = b'{"a": 1.10, "b": NaN, "c": 1e400}\nbroken\n{"d": "\\ud800"}\n'
    found = await of(made("a.jsonl", content), Format.JSONL)
    assert str(found[0].payload["a"]) == "1.10"
    assert str(found[0].payload["b"]) == "NaN"
    assert found[1].payload == b"broken"
    assert found[2].doubts[0].reason is QuarantineReason.UNDECODABLE
    for record in found[:2]:
        assert str(decode_payload(build_raw_payload(record))) == str(record.payload)


async def test_a_list_in_an_answer_is_found_where_it_is_declared(made: Made) -> None:
    nested = replace(SPEC, paging=replace(SPEC.paging, records="result.records"))
    path = made("a.json", b'{"result": {"records": [{"a": 1}]}}')
    pages = [page async for page in create_file_pages(path, nested)(None)]
    assert [record.payload for page in pages for record in page.records] == [{"a": 1}]
    with pytest.raises(SourceRefused, match="not JSON as declared"):
        [page async for page in create_file_pages(made("b.json", b'{"other": 1}'), nested)(None)]


async def test_a_broken_off_reading_goes_on_at_its_cursor(made: Made) -> None:
    path = made("a.csv", b"a\n" + b"".join(b"%d\n" % n for n in range(5)))

    async def cursors(start: str | None) -> list[tuple[Any, ...]]:
        return [
            (page.cursor, page.next_cursor, [record.payload["a"] for record in page.records])
            async for page in create_file_pages(path, SPEC_CSV, 2)(start)
        ]

    whole = await cursors(None)
    assert [page[2] for page in whole] == [["0", "1"], ["2", "3"], ["4"]]
    assert whole[-1][1] is None
    assert await cursors(whole[0][1]) == whole[1:]


def test_equal_content_has_one_hash_whatever_the_order_of_its_keys(made: Made) -> None:
    def hashed(payload: Any) -> str:
        return build_raw_payload(RawRecord(None, payload, None, AT)).hash

    assert hashed({"a": 1, "b": 2}) == hashed({"b": 2, "a": 1})
    assert hashed({"a": 1}) != hashed({"a": "1"})
    assert compute_file_digest(made("x", b"1")) != compute_file_digest(made("y", b"2"))
