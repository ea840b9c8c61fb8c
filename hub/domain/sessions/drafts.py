"""Operations of a proposal as a client sends them."""

from datetime import date
from decimal import Decimal

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.linkage_commands import IssueLookup, LinkageDraft
from hub.domain.record import value
from hub.domain.sessions.kinds import OperationKind
from hub.domain.time import FiscalYear, FiscalYearRange


@value
class PlaceDraft:
    """A place in any matrix, as a client names it."""

    area_id: str
    issue: IssueLookup
    stage_code: str
    fiscal_years: FiscalYearRange
    actor_level: ActorLevel | None = None


@value
class GapDraft:
    """A gap by the key of its cell, or by its place; exactly one of both."""

    cell: str | None = None
    place: PlaceDraft | None = None


@value
class OperationDraft:
    """One operation as a client sends it; which fields are set depends on the kind."""

    kind: OperationKind
    linkage: LinkageDraft | None = None
    target_id: str | None = None
    expected_version: int | None = None
    other_id: str | None = None
    issue: IssueLookup | None = None
    stage_code: str | None = None
    share: Decimal | None = None
    agency_ids: tuple[str, ...] = ()
    fiscal_year: FiscalYear | None = None
    phase: BudgetPhase | None = None
    funding: FundingSource | None = None
    area_id: str | None = None
    satang: int | None = None
    gap: GapDraft | None = None
    text: str | None = None
    due_on: date | None = None
