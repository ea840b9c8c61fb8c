"""Faults 1 to 17 of a source, each produced by a faulty server over real HTTP."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from connectors.kit.limits import FetchLimits
from hub.domain.sources.records import QuarantineReason, RawRecord
from hub.errors import SourceRefused, SourceUnreachable
from tests.sandbox.sandbox_source import SandboxSource

ROOT = Path(__file__).parents[3]


def payload_by_code(records: list[RawRecord]) -> dict[str, Any]:
    return {record.payload["bb_code"]: record.payload for record in records}


async def reads_every_record(source: SandboxSource, api: str = "budget") -> bool:
    """Return whether a read yields as many records as the agency's truth endpoint declares."""
    records = await source.read(api)
    return len(records) == int(source.agency.compute_truth()[api]["records"])


async def test_1_three_503_responses_are_retried_with_growing_delays(source: SandboxSource) -> None:
    source.set_faults("503x3")
    assert await reads_every_record(source)
    assert source.fake_sleep.delays == [0.5, 1.0, 2.0]


async def test_2_permanent_500_is_unreachable_after_five_attempts(
    source: SandboxSource,
) -> None:
    source.set_faults("500")
    with pytest.raises(SourceUnreachable, match="HTTP 500"):
        await source.read()
    assert source.counters["pages"] == 5


async def test_2_retry_delay_does_not_exceed_its_maximum(source: SandboxSource) -> None:
    source.set_faults("500")
    source.limits = FetchLimits(max_attempts=9, max_delay=4)
    with pytest.raises(SourceUnreachable):
        await source.read()
    assert source.fake_sleep.delays == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0]


async def test_3_retry_after_is_honoured(source: SandboxSource) -> None:
    source.set_faults("429x2")
    assert await reads_every_record(source)
    assert source.fake_sleep.delays == [1.0, 1.0]


async def test_3_retry_after_above_the_maximum_fails_without_waiting(source: SandboxSource) -> None:
    source.set_faults("429")
    source.limits = FetchLimits(max_retry_after=0.5)
    with pytest.raises(SourceUnreachable, match="429"):
        await source.read()
    assert source.fake_sleep.delays == []


async def test_4_read_timeout_fails_and_the_cursor_resumes_the_reading(
    source: SandboxSource,
) -> None:
    source.set_faults("slow@3")
    source.limits = FetchLimits(read_timeout=0.2, max_attempts=2)
    pages_read, error = await source.read_until_error()
    assert isinstance(error, SourceUnreachable)
    assert "ReadTimeout" in error.message
    assert [page.next_cursor for page in pages_read] == ["20", "40"]
    source.set_faults()
    rest = await source.read(cursor=pages_read[-1].next_cursor)
    assert sum(len(page.records) for page in pages_read) + len(rest) == 95


async def test_5_slow_body_fails_at_the_total_timeout(source: SandboxSource) -> None:
    source.set_faults("slow-loris")
    source.limits = FetchLimits(read_timeout=5, total_timeout=0.5)
    with pytest.raises(SourceUnreachable, match=r"no complete response in 0\.5 s"):
        await source.read()
    assert source.counters["pages"] == 1


@pytest.mark.parametrize("fault", ["truncated", "short", "reset"])
async def test_6_7_15_incomplete_response_is_retried(source: SandboxSource, fault: str) -> None:
    source.set_faults(f"{fault}x2@2")
    assert await reads_every_record(source)
    assert source.fake_sleep.delays == [0.5, 1.0]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncated", SourceRefused),
        ("short", SourceUnreachable),
        ("reset", SourceUnreachable),
    ],
)
async def test_6_7_15_repeatedly_incomplete_response_yields_no_page(
    source: SandboxSource, fault: str, error: type[Exception]
) -> None:
    source.set_faults(f"{fault}@2")
    pages_read, raised = await source.read_until_error()
    assert isinstance(raised, error)
    assert "5 attempts" in raised.message
    assert len(pages_read) == 1


async def test_8_html_with_status_200_is_rejected_without_retry(source: SandboxSource) -> None:
    source.set_faults("html")
    with pytest.raises(SourceRefused, match="web page"):
        await source.read()
    assert source.counters["pages"] == 1


async def test_9_empty_page_in_mid_list_is_yielded_as_not_the_last(
    source: SandboxSource,
) -> None:
    source.set_faults("empty-midx1")
    pages = await source.read_pages()
    assert [len(page.records) for page in pages] == [20, 0, 20, 20, 15, 0, 0]
    assert pages[1].next_cursor == "40"
    assert pages[-1].next_cursor is None


async def test_9_empty_pages_before_the_declared_total_fail_the_run(source: SandboxSource) -> None:
    source.set_faults("empty-mid")
    paging = {"style": "OFFSET", "parameter": "offset", "step": 20, "records": "items"}
    spec = source.spec("ministry", paging=paging | {"total": "total"})
    with pytest.raises(SourceRefused, match="declares 95 records"):
        [page async for page in source.create_pages(spec=spec)(None)]


async def test_10_repeated_page_is_yielded_unchanged(source: SandboxSource) -> None:
    source.set_faults("duplicate-pagex1")
    pages = await source.read_pages()
    assert [r.payload for r in pages[0].records] == [r.payload for r in pages[1].records]
    assert len({r.payload["bb_code"] for page in pages for r in page.records}) == 75


async def test_10_server_that_ignores_the_offset_fails_the_run(source: SandboxSource) -> None:
    source.set_faults("duplicate-page@2")
    with pytest.raises(SourceRefused, match="same page came 3 times"):
        await source.read()


async def test_11_order_of_records_does_not_change_them(source: SandboxSource) -> None:
    ordered = await source.read()
    source.set_faults("shuffled")
    shuffled = await source.read()
    assert [r.payload for r in shuffled] != [r.payload for r in ordered]
    assert payload_by_code(shuffled) == payload_by_code(ordered)


async def test_12_cursor_that_leads_back_fails_the_run(source: SandboxSource) -> None:
    source.set_faults("cursor-loop@3")
    with pytest.raises(SourceRefused, match="cursor was repeated"):
        await source.read("ministry")
    assert source.counters["pages"] == 3


async def test_13_gzip_bomb_is_rejected_with_bounded_memory(
    source: SandboxSource,
) -> None:
    source.set_faults("bomb")
    script = dedent("""
        import asyncio, json, resource, sys
        from connectors.kit.http import SourceHttpClient
        from connectors.kit.json_answers import parse_json
        from connectors.kit.limits import FetchLimits
        from hub.errors import SourceRefused

        def most():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        async def ask(url):
            async with SourceHttpClient.open(limits=FetchLimits(max_body_bytes=8 << 20)) as http:
                before = most()
                try:
                    await http.fetch(url, lambda body, _: parse_json(body, "utf-8"))
                except SourceRefused as refused:
                    return {"kilobytes": most() - before, "message": refused.message}

        print(json.dumps(asyncio.run(ask(sys.argv[1]))))
    """)
    address = f"{source.address}/budget/bbgfproject"
    completed = subprocess.run(
        [sys.executable, "-c", script, address],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    output = json.loads(completed.stdout)
    assert "larger than 8,388,608 bytes" in output["message"]
    assert output["kilobytes"] < 40 * 1024


async def test_14_page_with_a_field_of_50_megabytes_is_rejected(source: SandboxSource) -> None:
    source.set_faults("huge-field@2")
    with pytest.raises(SourceRefused, match="larger than"):
        await source.read()


async def test_14_oversized_record_is_yielded_with_a_doubt(
    source: SandboxSource,
) -> None:
    source.set_faults("big-fieldx1")
    records = await source.read()
    assert len(records) == 95
    [doubted] = [record for record in records if record.doubts]
    [doubt] = doubted.doubts
    assert (doubt.reason, doubt.field) == (QuarantineReason.TOO_LARGE, "name")
    assert len(doubted.payload["name"]) > 600_000
    assert len(doubt.written) <= 60


async def test_16_token_expiring_within_a_run_is_renewed_once(source: SandboxSource) -> None:
    source.set_faults("expire-tokenx1@3")
    assert await reads_every_record(source, "ministry")
    assert source.counters["tokens"] == 2
    assert source.counters["refused"] == 1


@pytest.mark.parametrize("api", ["budget", "ministry"])
async def test_17_redirect_to_another_host_is_rejected(source: SandboxSource, api: str) -> None:
    source.set_faults("redirect@2")
    with pytest.raises(SourceRefused, match="localhost, which was not declared"):
        await source.read(api)
    assert source.counters["elsewhere"] == 0


async def test_17_credentials_are_not_sent_to_an_undeclared_host(
    source: SandboxSource,
) -> None:
    reader = source.create_pages("ministry")
    other_address = source.address.replace("127.0.0.1", "localhost")
    redirected = replace(
        reader, spec=source.spec("ministry", url=f"{other_address}/ministry/projects")
    )
    with pytest.raises(SourceRefused, match="no credentials are sent there"):
        [page async for page in redirected(None)]
    assert source.counters["pages"] == 0
