"""A hub with an imported ministry register, and live requests to the ministry's sandbox."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.kit import thai
from connectors.kit.oauth import TokenCache
from connectors.kit.paging import create_http_pages
from connectors.live_client import LiveAgencyClient, LiveTimings
from connectors.registry import Connector
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.sources.live_spec import LiveSpec
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    RawName,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.ingest.run import SourceInput, ingest
from hub.sandbox.agency import SandboxAgency
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.sandbox.sandbox_source import SECRETS, build_declaration

BUDGET_FIELDS = """
  budgets(freshness: LIVE) { phase amount { amount } area { code } live retrievedAt
    notice { code path text { th en } }
    provenance { source { id } retrievedAt asserted record { payloadHash externalId { value } } } }
  budgetNotices(freshness: LIVE) { code path }
"""
LIVE_QUERY = "query ($code: String!) { project(by: {code: $code}) { id " + BUDGET_FIELDS + " } }"
STORED_QUERY = """
query ($code: String!) { project(by: {code: $code}) {
  budgets { phase amount { amount } area { code } live retrievedAt notice { code }
    provenance { source { id } retrievedAt record { payloadHash } } }
  budgetNotices { code } } }
"""
COLUMNS = {
    "required": ["id", "title_th", "fiscal_year_be", "amounts"],
    "optional": ["agency_code", "agency_name", "province_code", "province_name", "amounts.phase",
                 "amounts.fiscal_year_be", "amounts.baht"],
    "ignored": ["updated_at", "deleted", "strategy", "linkages"],
}  # fmt: skip


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Parse a record of the source contract; its budget lines are in its province."""
    row: Mapping[str, Any] = raw.payload
    if raw.deleted:
        return SourceEntry(str(row["id"]))
    year = thai.parse_fiscal_year(row["fiscal_year_be"], spec.era, "fiscal_year_be")
    assert not isinstance(year, Doubt)
    doubts, lines = [], []
    for amount in row["amounts"]:
        satang = thai.parse_amount(amount["baht"], spec.money_unit, "baht")
        if isinstance(satang, Doubt):
            doubts.append(satang)
        if (readable := thai.readable_satang(satang)) is not None:
            area = RawName(NameKind.AREA, row["province_name"])
            phase = BudgetPhase(amount["phase"])
            lines.append(
                ParsedBudgetLine(phase.value, year, phase, FundingSource.MINISTRY, readable, area)
            )
    owner = RawName(NameKind.AGENCY, row["agency_name"], row["agency_code"])
    project = ParsedProject(
        row["id"], row["title_th"], ActorLevel.MINISTRY, owner, (year,), code=row["id"]
    )
    return SourceEntry(row["id"], project=project, lines=tuple(lines), doubts=tuple(doubts))


class MinistryHub:
    """A hub with an imported ministry register, and live requests to the ministry."""

    def __init__(
        self, client: GraphQLApi, database: Database, agency: SandboxAgency, address: str
    ) -> None:
        self.client = client
        self.database = database
        self.agency = agency
        spec = parse_source_spec(
            "ministry_register", build_declaration("ministry", address, columns=COLUMNS), ""
        )
        self.spec = replace(spec, live=LiveSpec("", {}, "/{key}", 1))
        self.connector = Connector(self.spec, read, Path())

    def create_live_client(self, **times: Any) -> LiveAgencyClient:
        sources = {self.spec.id: self.connector}
        return LiveAgencyClient(
            sources,
            SECRETS.__getitem__,
            TokenCache(),
            LiveTimings(**{"good": 0, "failed": 0, **times}),
        )

    async def import_register(self) -> None:
        reader = create_http_pages(self.spec, SECRETS.__getitem__, TokenCache())
        await ingest(self.database, self.spec, read, SourceInput(reader, "ministry"))

    async def __call__(
        self, query: str = LIVE_QUERY, code: str = "ministry-00000007"
    ) -> dict[str, Any]:
        answer = await self.client(query, {"code": code}, database=self.database)
        assert "errors" not in answer, answer
        project: dict[str, Any] = answer["data"]["project"]
        return project
