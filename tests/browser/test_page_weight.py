"""How many requests a page takes, how many bytes are transferred, and what the browser stores."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.browser.page_loading import wait_until_loaded

MAX_REQUESTS = 8
MAX_BYTES = 90_000


@dataclass
class Traffic:
    """What the pages of one browser context have transferred, heads of responses included."""

    requests: Counter[str] = field(default_factory=Counter)
    byte_count: int = 0
    from_cache: list[str] = field(default_factory=list)
    cached_ids: set[str] = field(default_factory=set)

    @classmethod
    async def of_page(cls, page: Any) -> "Traffic":
        """Return the traffic of a page from now on."""
        traffic = cls()
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        session.on("Network.requestServedFromCache", traffic._add_cached)
        session.on("Network.responseReceived", traffic._add_response)
        session.on("Network.loadingFinished", traffic._add_bytes)
        return traffic

    def _add_cached(self, event: dict[str, Any]) -> None:
        self.cached_ids.add(event["requestId"])

    def _add_response(self, event: dict[str, Any]) -> None:
        response = event["response"]
        if response.get("fromDiskCache") or event["requestId"] in self.cached_ids:
            self.from_cache.append(response["url"])
        elif not response["url"].startswith("data:"):
            self.requests[response["url"]] += 1

    def _add_bytes(self, event: dict[str, Any]) -> None:
        self.byte_count += int(event["encodedDataLength"])


async def load(page: Any, path: str) -> Traffic:
    """Open a path until it is idle; return what that transferred."""
    traffic = await Traffic.of_page(page)
    await page.goto(path, wait_until="load")
    await wait_until_loaded(page)
    await page.wait_for_load_state("networkidle")
    return traffic


async def test_matrix_page_takes_few_requests_and_bytes(browser: Any, address: str) -> None:
    context = await browser.new_context(base_url=address)
    try:
        page = await context.new_page()
        first = await load(page, "/")
        assert sum(first.requests.values()) <= MAX_REQUESTS, first.requests
        assert first.byte_count <= MAX_BYTES
        second = await load(await context.new_page(), "/")
        assert {url[-3:] for url in second.from_cache if "/bundles/" in url} >= {".js", "css"}
        assert second.byte_count < first.byte_count / 2
    finally:
        await context.close()


@pytest.mark.parametrize("path", ["/sources", "/query", "/work", "/areas/20"])
async def test_other_pages_load_one_style_sheet_and_one_script(
    browser: Any, address: str, path: str
) -> None:
    context = await browser.new_context(base_url=address)
    try:
        traffic = await load(await context.new_page(), path)
        static = [url for url in traffic.requests if "/static/" in url]
        assert sorted(url[-3:] for url in static if url[-4:] not in {".svg", "json"}) == [
            ".js",
            "css",
        ]
        assert all("/bundles/" in url for url in static if not url.endswith(".json"))
    finally:
        await context.close()
