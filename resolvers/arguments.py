"""What arguments of several nouns need: that a named thing exists, and which instant is meant."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from hub.domain.global_id import GlobalId
from hub.domain.lookups import AsOf, Lookup
from hub.errors import Invalid
from resolvers.context import Context

FoundRecord = TypeVar("FoundRecord")


class HasAsOfTime(Protocol):
    """A record that says as of when it is known."""

    @property
    def as_of_time(self) -> datetime | None:
        """The instant; null is now."""
        ...


DatedRecord = TypeVar("DatedRecord", bound=HasAsOfTime)


async def resolve_as_of(context: Context, as_of: AsOf | None) -> datetime | None:
    """The instant of knowledge that is meant; null is now. `Invalid` for one that has not come."""
    if as_of is None:
        return None
    if as_of.instant is not None:
        return validate_not_future(as_of.instant, context.now)
    if as_of.plan_version_id is None:
        return None
    since = await context.unit.plans.visible_since(as_of.plan_version_id)
    if since is None:
        raise not_found_error("asOf.planVersion")
    return since


def validate_not_future(instant: datetime, now: datetime) -> datetime:
    """An instant that has come; what will be known later would be answered otherwise then."""
    if instant > now:
        raise Invalid(
            "asOf.instant",
            f"เวลานี้ยังมาไม่ถึง ตอนนี้คือ {now.isoformat(timespec='seconds')} ไม่ต้องส่ง asOf ถ้าหมายถึงตอนนี้",
            f"this instant has not come; now is {now.isoformat(timespec='seconds')}, "
            "and without asOf now is meant",
        )
    return instant


async def validate_area_id(context: Context, area_id: GlobalId | None, field: str) -> str | None:
    """The local id of an area argument; `Invalid(field)` where there is no such area."""
    if area_id is None:
        return None
    if area_id.key not in await context.unit.areas.by_id([area_id.key]):
        raise not_found_error(field)
    return area_id.key


async def validate_agency_id(
    context: Context, agency_id: GlobalId | None, field: str
) -> str | None:
    """The local id of an agency argument; `Invalid(field)` where there is no such agency."""
    if agency_id is None:
        return None
    if agency_id.key not in await context.unit.agencies.by_id([agency_id.key], context.today):
        raise not_found_error(field)
    return agency_id.key


def not_found_error(field: str) -> Invalid:
    """An id that nothing has, in an argument that needs something."""
    return Invalid(
        field, "ไม่พบสิ่งที่มีรหัสนี้", "nothing has this id; take ids from the hub's own answers"
    )


async def find_keys_by_external_id(
    context: Context, by: Lookup[FoundRecord], type_: str
) -> list[str]:
    """Local ids of the things of a type that bear a name in another system."""
    if by.scheme is None or by.value is None:
        return []
    subjects = await context.unit.provenance.list_subjects(by.scheme, by.value)
    global_ids = [GlobalId.parse(subject) for subject in subjects]
    return [global_id.key for global_id in global_ids if global_id.type == type_]


async def fetch_grouped_by_as_of(
    records: Sequence[DatedRecord],
    fetch: Callable[[Sequence[DatedRecord], datetime | None], Awaitable[Sequence[FoundRecord]]],
) -> Sequence[FoundRecord]:
    """What `fetch` finds, asked once for each instant the records are known at; in their order."""
    groups: dict[datetime | None, list[DatedRecord]] = defaultdict(list)
    for record in records:
        groups[record.as_of_time].append(record)
    found: dict[int, FoundRecord] = {}
    for at, group in groups.items():
        for record, answer in zip(group, await fetch(group, at), strict=True):
            found[id(record)] = answer
    return [found[id(record)] for record in records]
