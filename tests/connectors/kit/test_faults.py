"""Faults 1 to 17 of a source, each made by a hostile server over real HTTP."""

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
from tests.sandbox.served import Source

ROOT = Path(__file__).parents[3]


def by_code(records: list[RawRecord]) -> dict[str, Any]:
    return {record.payload["bb_code"]: record.payload for record in records}


async def whole(source: Source, api: str = "budget") -> bool:
    """Whether a reading gave what the agency says it has."""
    records = await source.read(api)
    return len(records) == int(source.agency.compute_truth()[api]["records"])


async def test_1_three_times_503_is_waited_out_longer_each_time(source: Source) -> None:
    source.behave("503x3")
    assert await whole(source)
    assert source.slept.waits == [0.5, 1.0, 2.0]


async def test_2_a_source_that_always_answers_500_is_unreachable_and_asked_five_times(
    source: Source,
) -> None:
    source.behave("500")
    with pytest.raises(SourceUnreachable, match="HTTP 500"):
        await source.read()
    assert source.seen["pages"] == 5


async def test_2_a_wait_never_grows_beyond_its_bound(source: Source) -> None:
    source.behave("500")
    source.limits = FetchLimits(max_attempts=9, max_delay=4)
    with pytest.raises(SourceUnreachable):
        await source.read()
    assert source.slept.waits == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0]


async def test_3_retry_after_is_waited_for(source: Source) -> None:
    source.behave("429x2")
    assert await whole(source)
    assert source.slept.waits == [1.0, 1.0]


async def test_3_a_retry_after_beyond_patience_ends_the_run_at_once(source: Source) -> None:
    source.behave("429")
    source.limits = FetchLimits(max_retry_after=0.5)
    with pytest.raises(SourceUnreachable, match="429"):
        await source.read()
    assert source.slept.waits == []


async def test_4_an_answer_that_never_begins_ends_at_its_own_limit_and_the_cursor_is_kept(
    source: Source,
) -> None:
    source.behave("slow@3")
    source.limits = FetchLimits(read_timeout=0.2, max_attempts=2)
    seen, error = await source.broken_off()
    assert isinstance(error, SourceUnreachable)
    assert "ReadTimeout" in error.message
    assert [page.next_cursor for page in seen] == ["20", "40"]
    source.behave()
    rest = await source.read(cursor=seen[-1].next_cursor)
    assert sum(len(page.records) for page in seen) + len(rest) == 95


async def test_5_a_body_that_trickles_for_ever_ends_at_the_total_limit(source: Source) -> None:
    source.behave("slow-loris")
    source.limits = FetchLimits(read_timeout=5, total_timeout=0.5)
    with pytest.raises(SourceUnreachable, match=r"no whole answer in 0\.5 s"):
        await source.read()
    assert source.seen["pages"] == 1


@pytest.mark.parametrize("fault", ["truncated", "short", "reset"])
async def test_6_7_15_half_an_answer_is_asked_for_again(source: Source, fault: str) -> None:
    source.behave(f"{fault}x2@2")
    assert await whole(source)
    assert source.slept.waits == [0.5, 1.0]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncated", SourceRefused),
        ("short", SourceUnreachable),
        ("reset", SourceUnreachable),
    ],
)
async def test_6_7_15_half_an_answer_again_and_again_gives_no_page(
    source: Source, fault: str, error: type[Exception]
) -> None:
    source.behave(f"{fault}@2")
    seen, broken = await source.broken_off()
    assert isinstance(broken, error)
    assert "5 attempts" in broken.message
    assert len(seen) == 1


async def test_8_a_web_page_with_status_200_is_refused_at_once(source: Source) -> None:
    source.behave("html")
    with pytest.raises(SourceRefused, match="web page"):
        await source.read()
    assert source.seen["pages"] == 1


async def test_9_an_empty_page_in_mid_list_is_handed_up_as_one_that_is_not_the_last(
    source: Source,
) -> None:
    source.behave("empty-midx1")
    pages = await source.read_pages()
    assert [len(page.records) for page in pages] == [20, 0, 20, 20, 15, 0, 0]
    assert pages[1].next_cursor == "40"
    assert pages[-1].next_cursor is None


async def test_9_empty_pages_against_a_declared_total_stop_the_run(source: Source) -> None:
    source.behave("empty-mid")
    paging = {"style": "OFFSET", "parameter": "offset", "step": 20, "records": "items"}
    spec = source.spec("ministry", paging=paging | {"total": "total"})
    with pytest.raises(SourceRefused, match="declares 95 records"):
        [page async for page in source.pages(spec=spec)(None)]


async def test_10_a_page_served_twice_is_handed_up_as_it_came(source: Source) -> None:
    source.behave("duplicate-pagex1")
    pages = await source.read_pages()
    assert [r.payload for r in pages[0].records] == [r.payload for r in pages[1].records]
    assert len({r.payload["bb_code"] for page in pages for r in page.records}) == 75


async def test_10_a_server_that_does_not_look_at_the_offset_is_stopped(source: Source) -> None:
    source.behave("duplicate-page@2")
    with pytest.raises(SourceRefused, match="same page 3 times"):
        await source.read()


async def test_11_records_in_another_order_are_the_same_records(source: Source) -> None:
    tidy = await source.read()
    source.behave("shuffled")
    mixed = await source.read()
    assert [r.payload for r in mixed] != [r.payload for r in tidy]
    assert by_code(mixed) == by_code(tidy)


async def test_12_a_cursor_that_leads_back_stops_the_run(source: Source) -> None:
    source.behave("cursor-loop@3")
    with pytest.raises(SourceRefused, match="cursor leads back"):
        await source.read("ministry")
    assert source.seen["pages"] == 3


async def test_13_a_gzip_of_300_megabytes_is_refused_and_memory_stays_bounded(
    source: Source,
) -> None:
    source.behave("bomb")
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
                    return {"kilobytes": most() - before, "said": refused.message}

        print(json.dumps(asyncio.run(ask(sys.argv[1]))))
    """)
    address = f"{source.address}/budget/bbgfproject"
    done = subprocess.run(
        [sys.executable, "-c", script, address],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "larger than 8,388,608 bytes" in told["said"]
    assert told["kilobytes"] < 40 * 1024


async def test_14_a_field_of_50_megabytes_is_refused_with_its_page(source: Source) -> None:
    source.behave("huge-field@2")
    with pytest.raises(SourceRefused, match="larger than"):
        await source.read()


async def test_14_a_record_over_its_limit_comes_whole_and_doubted_beside_the_others(
    source: Source,
) -> None:
    source.behave("big-fieldx1")
    records = await source.read()
    assert len(records) == 95
    [doubted] = [record for record in records if record.doubts]
    [doubt] = doubted.doubts
    assert (doubt.reason, doubt.field) == (QuarantineReason.TOO_LARGE, "name")
    assert len(doubted.payload["name"]) > 600_000
    assert len(doubt.written) <= 60


async def test_16_a_token_that_expires_within_a_run_is_renewed_once(source: Source) -> None:
    source.behave("expire-tokenx1@3")
    assert await whole(source, "ministry")
    assert source.seen["tokens"] == 2
    assert source.seen["refused"] == 1


@pytest.mark.parametrize("api", ["budget", "ministry"])
async def test_17_a_redirect_to_another_host_is_not_followed(source: Source, api: str) -> None:
    source.behave("redirect@2")
    with pytest.raises(SourceRefused, match="localhost, which was not declared"):
        await source.read(api)
    assert source.seen["elsewhere"] == 0


async def test_17_credentials_are_not_taken_to_an_address_that_was_not_declared(
    source: Source,
) -> None:
    reader = source.pages("ministry")
    there = source.address.replace("127.0.0.1", "localhost")
    stray = replace(reader, spec=source.spec("ministry", url=f"{there}/ministry/projects"))
    with pytest.raises(SourceRefused, match="no credentials are sent there"):
        [page async for page in stray(None)]
    assert source.seen["pages"] == 0
