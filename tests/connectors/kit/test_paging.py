"""Pages are walked as declared, to the end and no further, and numbers stay exact."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
from starlette.responses import RedirectResponse, Response

from connectors.kit.http import parse_retry_after, url_origin
from connectors.kit.json_answers import IncompleteAnswer, parse_json
from connectors.kit.limits import FetchLimits
from hub.domain.sources.records import QuarantineReason, RawPage
from hub.errors import Invalid, SourceCredentialsRejected, SourceRefused, SourceUnreachable
from tests.connectors.kit.scripted import Script, scripted
from tests.sandbox.served import Source

LINKS = {"style": "CURSOR", "records": "result.records", "next": "result._links.next"}
PAGES = {"style": "PAGE", "parameter": "page", "step": 2, "records": "rows", "total": "count"}
CKAN = {
    "style": "OFFSET",
    "parameter": "offset",
    "step": 4,
    "limit_parameter": "limit",
    "records": "result.records",
    "total": "result.total",
}


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as made:
        yield made


def payloads(pages: list[RawPage]) -> list[Any]:
    return [record.payload for page in pages for record in page.records]


def linked(records: list[Any], link: str | None) -> dict[str, Any]:
    return {"result": {"records": records, "_links": {"next": link}}}


async def test_links_are_followed_to_the_last_page(script: Script) -> None:
    script.says(linked([1], "/list?at=2"), linked([2], "list?at=3"), linked([3], None))
    assert payloads(await script.read(paging=LINKS)) == [1, 2, 3]
    assert script.asked == ["/list", "/list?at=2", "/list?at=3"]


async def test_a_run_goes_on_from_a_link(script: Script) -> None:
    script.says(linked([3], None))
    assert payloads(await script.read(f"{script.address}/list?at=3", paging=LINKS)) == [3]
    assert script.asked == ["/list?at=3"]


async def test_a_link_to_another_host_stops_the_run(script: Script) -> None:
    script.says(linked([1], "http://localhost:1/list"))
    with pytest.raises(SourceRefused, match="said to be at localhost"):
        await script.read(paging=LINKS)


async def test_a_link_that_leads_back_stops_the_run(script: Script) -> None:
    script.says(linked([1], "/list?at=2"))
    with pytest.raises(SourceRefused, match="leads back"):
        await script.read(paging=LINKS)


async def test_a_link_that_repeats_the_secret_is_kept_without_it(script: Script) -> None:
    script.says(linked([1], "/list?at=2&user_token=abcd"), linked([2], None))
    auth = {"kind": "QUERY", "parameter": "user_token", "secret": "x"}
    pages = await script.read(paging=LINKS, auth=auth)
    assert pages[0].next_cursor == f"{script.address}/list?at=2"


async def test_numbered_pages_end_at_the_total(script: Script) -> None:
    script.says(*({"rows": rows, "count": 5} for rows in ([1, 2], [3, 4], [5])))
    pages = await script.read(paging=PAGES)
    assert payloads(pages) == [1, 2, 3, 4, 5]
    assert [page.next_cursor for page in pages] == ["2", "3", None]
    assert script.asked == ["/list?page=1", "/list?page=2", "/list?page=3"]


async def test_a_server_that_gives_less_than_the_limit_loses_no_record(script: Script) -> None:
    answers = [{"result": {"records": rows, "total": 5}} for rows in ([1, 2], [3, 4], [5])]
    script.says(*answers)
    assert payloads(await script.read(paging=CKAN)) == [1, 2, 3, 4, 5]
    assert script.asked == [f"/list?limit=4&offset={n}" for n in (0, 2, 4)]


async def test_an_answer_that_says_that_it_failed_is_refused_with_its_reason(
    script: Script,
) -> None:
    script.says({"success": False, "error": {"message": "no such table"}})
    with pytest.raises(SourceRefused, match="no such table"):
        await script.read(paging={**CKAN, "success": "success"})
    script.says({"result": {"records": [], "total": 0}})
    with pytest.raises(SourceRefused, match="success is not true"):
        await script.read(paging={**CKAN, "success": "success"})


async def test_a_304_that_was_not_asked_for_is_refused(script: Script) -> None:
    script.answers = [Response(status_code=304)]
    with pytest.raises(SourceRefused, match="304"):
        await script.read()


async def test_one_answer_is_the_whole_list_where_there_are_no_pages(script: Script) -> None:
    script.says([1, 2, 3])
    [page] = await script.read(paging={})
    assert (payloads([page]), page.next_cursor) == ([1, 2, 3], None)


async def test_an_offset_that_is_no_number_is_refused_before_anything_is_asked(
    script: Script,
) -> None:
    with pytest.raises(Invalid, match="is no number"):
        await script.read("x")
    assert script.asked == []


async def test_records_that_are_not_where_they_were_declared_are_refused_by_name(
    script: Script,
) -> None:
    script.says({"error": "quota", "message": "x"})
    with pytest.raises(SourceRefused, match="No list of records at result; there is: error"):
        await script.read()


async def test_numbers_are_exact(script: Script) -> None:
    script.says(b'{"result": [{"a": 0.1, "b": 10000000.01, "c": 1e400, "d": NaN, "e": 7}]}')
    pages = await script.read(limits=FetchLimits(max_attempts=1), paging={"records": "result"})
    [found] = payloads(pages)
    assert (found["a"], found["b"], found["c"]) == (
        Decimal("0.1"),
        Decimal("10000000.01"),
        Decimal("1e400"),
    )
    assert found["d"].is_nan()
    assert (found["e"], type(found["e"])) == (7, int)


def test_a_number_of_very_many_digits_is_a_decimal_and_no_error() -> None:
    [found], _ = parse_json(b"[" + b"9" * 5000 + b"]", "utf-8")
    assert found == Decimal("9" * 5000)


def test_a_byte_order_mark_is_no_part_of_the_data() -> None:
    assert parse_json(b"\xef\xbb\xbf[1]", "utf-8") == ([1], False)


def test_json_nested_without_end_is_refused() -> None:
    with pytest.raises(SourceRefused, match="nested too deeply"):
        parse_json(b"[" * 200_000, "utf-8")


@pytest.mark.parametrize("body", [b"", b'{"result": [1,', b'"', b"nul"])
def test_an_answer_that_stops_is_unfinished(body: bytes) -> None:
    with pytest.raises(IncompleteAnswer):
        parse_json(body, "utf-8")


async def test_a_record_whose_bytes_do_not_decode_is_handed_up_as_bytes_beside_the_others(
    script: Script,
) -> None:
    bad = '{"result": [{"name": "ดี"}, {"name": "เสีย'.encode() + b'\xff\xfe"}]}'
    script.says(bad)
    [page] = await script.read(paging={"records": "result"})
    good, spoilt = page.records
    assert (good.payload, good.doubts) == ({"name": "ดี"}, ())
    assert isinstance(spoilt.payload, bytes)
    assert b"\xff\xfe" in spoilt.payload
    [doubt] = spoilt.doubts
    assert (doubt.reason, doubt.field) == (QuarantineReason.UNDECODABLE, "name")
    assert "\ufffd" not in doubt.written


async def test_23_thai_bytes_are_read_by_the_declared_encoding(script: Script) -> None:
    script.says('{"result": [{"name": "ถนน"}]}'.encode("cp874"))
    [page] = await script.read(encoding="cp874", paging={"records": "result"})
    assert page.records[0].payload == {"name": "ถนน"}


async def test_a_redirect_within_the_host_is_followed(script: Script) -> None:
    script.says({"result": []})
    script.answers.insert(0, RedirectResponse("/moved?offset=0"))
    assert payloads(await script.read()) == []
    assert script.asked[:2] == ["/list?offset=0", "/moved?offset=0"]


async def test_a_redirect_without_end_is_refused(script: Script) -> None:
    script.answers = [RedirectResponse("/again")]
    with pytest.raises(SourceRefused, match="redirects too often"):
        await script.read()
    assert len(script.asked) == 4


async def test_half_a_gzip_is_asked_for_again(script: Script) -> None:
    whole = gzip.compress(json.dumps({"result": [1]}).encode())
    script.says(whole[: len(whole) // 2], whole, **{"content-encoding": "gzip"})
    assert payloads(await script.read(paging={"records": "result"})) == [1]
    assert script.slept.waits == [0.5]


async def test_a_403_is_not_asked_again_with_another_token(source: Source) -> None:
    source.agency.denies_access = True
    with pytest.raises(SourceCredentialsRejected, match="HTTP 403"):
        await source.read("ministry")
    assert source.seen["token_requests"] == 1


async def test_an_unknown_status_is_refused_and_not_asked_again(script: Script) -> None:
    script.answers = [Response(status_code=418)]
    with pytest.raises(SourceRefused, match="status 418"):
        await script.read()
    assert len(script.asked) == 1


async def test_a_host_that_is_not_there_is_unreachable(script: Script) -> None:
    with pytest.raises(SourceUnreachable, match="ConnectError"):
        await script.read(url="http://127.0.0.1:9/list")


async def test_an_address_that_is_none_is_refused(script: Script) -> None:
    with pytest.raises(SourceRefused, match="address will not do"):
        await script.read(url="http://[::1/list")


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 7 ", 7.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("๗", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    header: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.th/x", "https://a.th:443/y", True),
        ("https://a.th/x", "https://A.TH/x", True),
        ("https://a.th/x", "http://a.th/x", False),
        ("https://a.th/x", "https://a.th:8443/x", False),
        ("https://a.th/x", "https://a.th.evil.example/x", False),
        ("https://a.th/x", "https://a.th@evil.example/x", False),
    ],
)
def test_a_host_is_the_same_by_scheme_name_and_port(one: str, other: str, same: bool) -> None:
    assert (url_origin(one) == url_origin(other)) is same
