"""A sandbox agency served over HTTP on loopback, and a source declared to read from it."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.kit.limits import FetchLimits, RetryTiming
from connectors.kit.oauth import TokenCache
from connectors.kit.paging import HttpPages, create_http_pages
from hub.domain.sources.records import RawPage, RawRecord
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.errors import SourceError
from hub.sandbox.agency import CLIENT_ID, CLIENT_SECRET, USER_TOKEN, SandboxAgency
from hub.sandbox.endpoints import create_sandbox
from hub.sandbox.faults import Fault
from hub.sandbox.server import serve_in_thread

SECRETS = {"budget-token": USER_TOKEN, "client-secret": CLIENT_SECRET}


def serve_agency(agency: SandboxAgency) -> AbstractContextManager[str]:
    """Serve an agency while the block runs; yields its base URL."""
    return serve_app(create_sandbox(agency))


serve_app = serve_in_thread


@dataclass
class FakeSleep:
    """Replaces the delays of retries: records them and does not wait."""

    delays: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.delays.append(seconds)
        await asyncio.sleep(0)

    @property
    def timing(self) -> RetryTiming:
        return RetryTiming(sleep=self.sleep, jitter=lambda: 1.0)


class SandboxSource:
    """A sandbox agency, the specs of its three APIs, and their readers."""

    def __init__(self, agency: SandboxAgency, address: str) -> None:
        self.agency = agency
        self.address = address
        self.fake_sleep = FakeSleep()
        self.token_cache = TokenCache(timing=self.fake_sleep.timing)
        self.limits = FetchLimits(connect_timeout=5, read_timeout=5, total_timeout=20)

    def set_faults(self, *faults: str) -> None:
        self.agency.faults = [Fault.parse(fault) for fault in faults]

    def spec(self, api: str = "budget", **changes: Any) -> SourceSpec:
        return parse_source_spec(api, build_declaration(api, self.address, **changes), "")

    def create_pages(
        self, api: str = "budget", spec: SourceSpec | None = None, **more: Any
    ) -> HttpPages:
        reader = create_http_pages(
            spec or self.spec(api),
            SECRETS.__getitem__,
            self.token_cache,
            limits=self.limits,
            timing=self.fake_sleep.timing,
        )
        return replace(reader, **more)

    async def read(self, api: str = "budget", cursor: str | None = None) -> list[RawRecord]:
        return [r async for page in self.create_pages(api)(cursor) for r in page.records]

    async def read_pages(self, api: str = "budget", cursor: str | None = None) -> list[RawPage]:
        return [page async for page in self.create_pages(api)(cursor)]

    async def read_until_error(
        self, api: str = "budget", spec: SourceSpec | None = None
    ) -> tuple[list[RawPage], SourceError | None]:
        """Return the pages read before an error, and the error."""
        pages_read: list[RawPage] = []
        try:
            async for page in self.create_pages(api, spec)(None):
                pages_read.append(page)  # noqa: PERF401 - returned on an error
        except SourceError as error:
            return pages_read, error
        return pages_read, None

    @property
    def counters(self) -> dict[str, int]:
        return self.agency.counters


def build_declaration(api: str, address: str, **changes: Any) -> dict[str, Any]:
    """Return the parsed content of a `source.toml`."""
    budget = api == "budget"
    offset = {"style": "OFFSET", "parameter": "offset", "step": 20, "records": "result"}
    cursor = {"style": "CURSOR", "parameter": "cursor", "step": 20, "limit_parameter": "limit"}
    cursor |= {"records": "items", "next": "next_cursor", "total": "total"}
    token = {"kind": "QUERY", "parameter": "user_token", "secret": "budget-token"}
    oauth = {
        "kind": "OAUTH",
        "secret": "client-secret",
        "client_id": CLIENT_ID,
        "token_url": f"{address}/token",
        "resource": f"{address}/{api}",
    }
    return {
        "title_th": "แหล่งทดลอง",
        "title_en": "A source to try",
        "agency": "ministry:15",
        "kind": "budget",
        "transport": "HTTP",
        "format": "JSON",
        "url": f"{address}/budget/bbgfproject" if budget else f"{address}/{api}/projects",
        "encoding": "utf-8",
        "money_unit": "BAHT",
        "era": "BE",
        "cadence": "MANUAL",
        "paging": offset if budget else cursor,
        "auth": token if budget else oauth,
        "columns": {"required": ["name"]},
        "expect": {"largest_drop": 0.1},
        "options": {} if budget else {"key": "id", "deleted": "deleted"},
        **changes,
    }
