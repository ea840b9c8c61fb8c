"""Pages are read to the end with the declared paging style, and JSON numbers are parsed exactly."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
from starlette.responses import RedirectResponse, Response

from connectors.kit.http import url_origin
from connectors.kit.json_answers import IncompleteAnswer, parse_json
from connectors.kit.limits import FetchLimits
from connectors.kit.retry_after import parse_retry_after
from hub.domain.sources.records import QuarantineReason, RawPage
from hub.errors import Invalid, SourceCredentialsRejected, SourceRefused, SourceUnreachable
from tests.connectors.kit.scripted import ScriptedSource, serve_script
from tests.sandbox.sandbox_source import SandboxSource

LINK_PAGING = {"style": "CURSOR", "records": "result.records", "next": "result._links.next"}
PAGE_PAGING = {"style": "PAGE", "parameter": "page", "step": 2, "records": "rows", "total": "count"}
CKAN_PAGING = {
    "style": "OFFSET",
    "parameter": "offset",
    "step": 4,
    "limit_parameter": "limit",
    "records": "result.records",
    "total": "result.total",
}


@pytest.fixture
def script() -> Iterator[ScriptedSource]:
    with serve_script() as made:
        yield made


def list_payloads(pages: list[RawPage]) -> list[Any]:
    return [record.payload for page in pages for record in page.records]


def linked_page(records: list[Any], link: str | None) -> dict[str, Any]:
    return {"result": {"records": records, "_links": {"next": link}}}


async def test_links_are_followed_to_the_last_page(script: ScriptedSource) -> None:
    script.respond_with(
        linked_page([1], "/list?at=2"), linked_page([2], "list?at=3"), linked_page([3], None)
    )
    assert list_payloads(await script.read_pages(paging=LINK_PAGING)) == [1, 2, 3]
    assert script.requests == ["/list", "/list?at=2", "/list?at=3"]


async def test_run_resumes_from_a_link(script: ScriptedSource) -> None:
    script.respond_with(linked_page([3], None))
    assert list_payloads(
        await script.read_pages(f"{script.address}/list?at=3", paging=LINK_PAGING)
    ) == [3]
    assert script.requests == ["/list?at=3"]


async def test_link_to_another_host_fails_the_run(script: ScriptedSource) -> None:
    script.respond_with(linked_page([1], "http://localhost:1/list"))
    with pytest.raises(SourceRefused, match="next page is at localhost"):
        await script.read_pages(paging=LINK_PAGING)


async def test_link_that_leads_back_fails_the_run(script: ScriptedSource) -> None:
    script.respond_with(linked_page([1], "/list?at=2"))
    with pytest.raises(SourceRefused, match="cursor was repeated"):
        await script.read_pages(paging=LINK_PAGING)


async def test_secret_in_a_link_is_removed_from_the_cursor(script: ScriptedSource) -> None:
    script.respond_with(linked_page([1], "/list?at=2&user_token=abcd"), linked_page([2], None))
    auth = {"kind": "QUERY", "parameter": "user_token", "secret": "x"}
    pages = await script.read_pages(paging=LINK_PAGING, auth=auth)
    assert pages[0].next_cursor == f"{script.address}/list?at=2"


async def test_numbered_pages_end_at_the_total(script: ScriptedSource) -> None:
    script.respond_with(*({"rows": rows, "count": 5} for rows in ([1, 2], [3, 4], [5])))
    pages = await script.read_pages(paging=PAGE_PAGING)
    assert list_payloads(pages) == [1, 2, 3, 4, 5]
    assert [page.next_cursor for page in pages] == ["2", "3", None]
    assert script.requests == ["/list?page=1", "/list?page=2", "/list?page=3"]


async def test_pages_smaller_than_the_limit_lose_no_record(script: ScriptedSource) -> None:
    answers = [{"result": {"records": rows, "total": 5}} for rows in ([1, 2], [3, 4], [5])]
    script.respond_with(*answers)
    assert list_payloads(await script.read_pages(paging=CKAN_PAGING)) == [1, 2, 3, 4, 5]
    assert script.requests == [f"/list?limit=4&offset={n}" for n in (0, 2, 4)]


async def test_step_larger_than_the_pages_of_the_source_fails_the_run(
    script: ScriptedSource,
) -> None:
    paging = {"style": "OFFSET", "parameter": "offset", "step": 4, "records": "rows"}
    script.respond_with({"rows": [1, 2]}, {"rows": [5, 6]})
    with pytest.raises(SourceRefused, match=r"correct paging\.step"):
        await script.read_pages(paging=paging)
    script.respond_with({"rows": [1, 2, 3, 4]}, {"rows": [5]}, {"rows": []}, {"rows": []})
    assert list_payloads(await script.read_pages(paging=paging)) == [1, 2, 3, 4, 5]


async def test_answer_without_success_is_rejected_with_its_reason(
    script: ScriptedSource,
) -> None:
    script.respond_with({"success": False, "error": {"message": "no such table"}})
    with pytest.raises(SourceRefused, match="no such table"):
        await script.read_pages(paging={**CKAN_PAGING, "success": "success"})
    script.respond_with({"result": {"records": [], "total": 0}})
    with pytest.raises(SourceRefused, match="success is not true"):
        await script.read_pages(paging={**CKAN_PAGING, "success": "success"})


async def test_unexpected_304_is_rejected(script: ScriptedSource) -> None:
    script.answers = [Response(status_code=304)]
    with pytest.raises(SourceRefused, match="304"):
        await script.read_pages()


async def test_without_paging_one_answer_is_the_whole_list(script: ScriptedSource) -> None:
    script.respond_with([1, 2, 3])
    [page] = await script.read_pages(paging={})
    assert (list_payloads([page]), page.next_cursor) == ([1, 2, 3], None)


async def test_non_numeric_offset_is_rejected_before_any_request(
    script: ScriptedSource,
) -> None:
    with pytest.raises(Invalid, match="is not a number"):
        await script.read_pages("x")
    assert script.requests == []


async def test_missing_record_list_is_rejected_with_the_keys_found(
    script: ScriptedSource,
) -> None:
    script.respond_with({"error": "quota", "message": "x"})
    with pytest.raises(SourceRefused, match="No list of records at result; there is: error"):
        await script.read_pages()


async def test_json_numbers_are_parsed_exactly(script: ScriptedSource) -> None:
    script.respond_with(b'{"result": [{"a": 0.1, "b": 10000000.01, "c": 1e400, "d": NaN, "e": 7}]}')
    pages = await script.read_pages(
        limits=FetchLimits(max_attempts=1), paging={"records": "result"}
    )
    [found] = list_payloads(pages)
    assert (found["a"], found["b"], found["c"]) == (
        Decimal("0.1"),
        Decimal("10000000.01"),
        Decimal("1e400"),
    )
    assert found["d"].is_nan()
    assert (found["e"], type(found["e"])) == (7, int)


def test_number_of_5000_digits_is_parsed_as_decimal() -> None:
    [found], _ = parse_json(b"[" + b"9" * 5000 + b"]", "utf-8")
    assert found == Decimal("9" * 5000)


def test_byte_order_mark_is_ignored() -> None:
    assert parse_json(b"\xef\xbb\xbf[1]", "utf-8") == ([1], False)


def test_too_deeply_nested_json_is_rejected() -> None:
    with pytest.raises(SourceRefused, match="nested too deeply"):
        parse_json(b"[" * 200_000, "utf-8")


@pytest.mark.parametrize("body", [b"", b'{"result": [1,', b'"', b"nul"])
def test_truncated_answer_is_incomplete(body: bytes) -> None:
    with pytest.raises(IncompleteAnswer):
        parse_json(body, "utf-8")


async def test_undecodable_record_is_yielded_as_bytes_with_a_doubt(
    script: ScriptedSource,
) -> None:
    body = '{"result": [{"name": "ดี"}, {"name": "เสีย'.encode() + b'\xff\xfe"}]}'
    script.respond_with(body)
    [page] = await script.read_pages(paging={"records": "result"})
    good, undecodable = page.records
    assert (good.payload, good.doubts) == ({"name": "ดี"}, ())
    assert isinstance(undecodable.payload, bytes)
    assert b"\xff\xfe" in undecodable.payload
    [doubt] = undecodable.doubts
    assert (doubt.reason, doubt.field) == (QuarantineReason.UNDECODABLE, "name")
    assert "\ufffd" not in doubt.written


async def test_23_thai_bytes_are_decoded_with_the_declared_encoding(script: ScriptedSource) -> None:
    script.respond_with('{"result": [{"name": "ถนน"}]}'.encode("cp874"))
    [page] = await script.read_pages(encoding="cp874", paging={"records": "result"})
    assert page.records[0].payload == {"name": "ถนน"}


async def test_a_redirect_within_the_host_is_followed(script: ScriptedSource) -> None:
    script.respond_with({"result": []})
    script.answers.insert(0, RedirectResponse("/moved?offset=0"))
    assert list_payloads(await script.read_pages()) == []
    assert script.requests[:2] == ["/list?offset=0", "/moved?offset=0"]


async def test_endless_redirect_is_rejected(script: ScriptedSource) -> None:
    script.answers = [RedirectResponse("/again")]
    with pytest.raises(SourceRefused, match="too many redirects"):
        await script.read_pages()
    assert len(script.requests) == 4


async def test_truncated_gzip_is_retried(script: ScriptedSource) -> None:
    compressed = gzip.compress(json.dumps({"result": [1]}).encode())
    script.respond_with(
        compressed[: len(compressed) // 2], compressed, **{"content-encoding": "gzip"}
    )
    assert list_payloads(await script.read_pages(paging={"records": "result"})) == [1]
    assert script.fake_sleep.delays == [0.5]


async def test_status_403_is_not_retried_with_another_token(source: SandboxSource) -> None:
    source.agency.denies_access = True
    with pytest.raises(SourceCredentialsRejected, match="HTTP 403"):
        await source.read("ministry")
    assert source.counters["token_requests"] == 1


async def test_unknown_status_is_rejected_without_retry(script: ScriptedSource) -> None:
    script.answers = [Response(status_code=418)]
    with pytest.raises(SourceRefused, match="status 418"):
        await script.read_pages()
    assert len(script.requests) == 1


async def test_connection_error_is_unreachable(script: ScriptedSource) -> None:
    with pytest.raises(SourceUnreachable, match="ConnectError"):
        await script.read_pages(url="http://127.0.0.1:9/list")


async def test_invalid_address_is_rejected(script: ScriptedSource) -> None:
    with pytest.raises(SourceRefused, match="address is invalid"):
        await script.read_pages(url="http://[::1/list")


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
def test_retry_after_is_parsed_as_seconds_or_date(
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
def test_origin_is_compared_by_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert (url_origin(one) == url_origin(other)) is same
