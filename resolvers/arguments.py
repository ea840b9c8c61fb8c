"""Shared handling of arguments: existence checks, external ids, and the instant of `asOf`."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.lookups import AsOf, Lookup
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import Ambiguous, Invalid
from resolvers.context import Context

FoundRecord = TypeVar("FoundRecord")
Match = TypeVar("Match", bound=Identifiable)


class HasAsOfTime(Protocol):
    """A record with the instant it was read as of."""

    @property
    def as_of_time(self) -> datetime | None:
        """Return the instant; null is now."""
        ...


DatedRecord = TypeVar("DatedRecord", bound=HasAsOfTime)


async def resolve_as_of(context: Context, as_of: AsOf | None) -> datetime | None:
    """Return the instant of an `asOf` argument; null is now, `Invalid` when in the future."""
    if as_of is None:
        return None
    if as_of.instant is not None:
        return validate_not_future(as_of.instant, context.status_time)
    if as_of.session_id is not None:
        session = (await context.unit.sessions.by_id([as_of.session_id])).get(as_of.session_id)
        if session is None:
            raise not_found_error("asOf.session")
        return session.closed_at
    if as_of.plan_version_id is None:
        return None
    since = await context.unit.plans.visible_since(as_of.plan_version_id)
    if since is None:
        raise not_found_error("asOf.planVersion")
    return since


def resolve_lookup(by: Lookup[FoundRecord] | None, key: GlobalId | None) -> Lookup[FoundRecord]:
    """Return the lookup of `by` or of the deprecated `id`; `Invalid` unless exactly one is sent."""
    if (by is None) == (key is None):
        raise Invalid(
            "by",
            "ระบุ by อย่างใดอย่างหนึ่ง และไม่ต้องส่ง id (เลิกใช้แล้ว)",
            "send `by` with exactly one way to identify it, without the deprecated `id`",
        )
    return by or Lookup(key=key.key if key else "")


def resolve_years(
    fiscal_years: FiscalYearRange | None, fiscal_year: FiscalYear | None
) -> FiscalYearRange | None:
    """Return the years of `fiscalYears`, or of the deprecated `fiscalYear`; null without both.

    `Invalid` when both are sent.
    """
    if fiscal_year is None:
        return fiscal_years
    if fiscal_years is not None:
        raise Invalid(
            "fiscalYear",
            "ส่ง fiscalYear (เลิกใช้แล้ว) พร้อม fiscalYears ไม่ได้ ส่งเฉพาะ fiscalYears",
            "fiscalYear is deprecated and excludes fiscalYears; send fiscalYears alone",
        )
    return FiscalYearRange(fiscal_year, fiscal_year)


def validate_not_future(instant: datetime, now: datetime) -> datetime:
    """Return a past instant; `Invalid` for a future one, whose answer would change later."""
    if instant > now:
        raise Invalid(
            "asOf.instant",
            f"เป็นเวลาในอนาคต ตอนนี้คือ {now.isoformat(timespec='seconds')} ไม่ต้องส่ง asOf ถ้าหมายถึงตอนนี้",
            f"the instant is in the future; now is {now.isoformat(timespec='seconds')}; "
            "leave asOf out to read the current state",
        )
    return instant


async def validate_area_id(context: Context, area_id: GlobalId | None, field: str) -> str | None:
    """Return the local id of an area argument; `Invalid(field)` if there is no such area."""
    if area_id is None:
        return None
    if area_id.key not in await context.unit.areas.by_id([area_id.key]):
        raise not_found_error(field)
    return area_id.key


async def validate_agency_id(
    context: Context, agency_id: GlobalId | None, field: str
) -> str | None:
    """Return the local id of an agency argument; `Invalid(field)` if there is no such agency."""
    if agency_id is None:
        return None
    if agency_id.key not in await context.unit.agencies.by_id([agency_id.key], context.today):
        raise not_found_error(field)
    return agency_id.key


def not_found_error(field: str) -> Invalid:
    """Return the error for an id argument that matches no record."""
    return Invalid(
        field,
        "ไม่พบข้อมูลที่มีรหัสนี้ ใช้รหัสที่ระบบส่งให้",
        "there is no record with this id; use an id that the hub returned",
    )


def require_single(matches: Sequence[Match], field: str) -> Match | None:
    """Return the only record of a lookup; null if there is none, `Ambiguous(field)` if several."""
    if len(matches) > 1:
        raise Ambiguous(field, sorted(match.gid for match in matches))
    return next(iter(matches), None)


async def find_keys_by_external_id(
    context: Context, by: Lookup[FoundRecord], type_: str
) -> list[str]:
    """Return the local ids of records of a type with an external id."""
    if by.scheme is None or by.value is None:
        return []
    subjects = await context.unit.provenance.list_subjects(by.scheme, by.value)
    global_ids = [GlobalId.parse(subject) for subject in subjects]
    return [global_id.key for global_id in global_ids if global_id.type == type_]


async def fetch_grouped_by_as_of(
    records: Sequence[DatedRecord],
    fetch: Callable[[Sequence[DatedRecord], datetime | None], Awaitable[Sequence[FoundRecord]]],
) -> Sequence[FoundRecord]:
    """Return what `fetch` returns, called once per instant of the records; in their order."""
    groups: dict[datetime | None, list[DatedRecord]] = defaultdict(list)
    for record in records:
        groups[record.as_of_time].append(record)
    found: dict[int, FoundRecord] = {}
    for at, group in groups.items():
        for record, answer in zip(group, await fetch(group, at), strict=True):
            found[id(record)] = answer
    return [found[id(record)] for record in records]
