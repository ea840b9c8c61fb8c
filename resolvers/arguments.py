"""What arguments of several nouns need: that a named thing exists, and which instant is meant."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from hub.domain.global_id import GlobalId
from hub.domain.lookups import AsOf, Lookup
from hub.errors import Invalid
from resolvers.context import Context

Found = TypeVar("Found")


class Remembered(Protocol):
    """A record that says as of when it is known."""

    @property
    def as_of_time(self) -> datetime | None:
        """The instant; null is now."""
        ...


Known = TypeVar("Known", bound=Remembered)


async def instant(context: Context, as_of: AsOf | None) -> datetime | None:
    """The instant of knowledge that is meant; null is now. `Invalid` for one that has not come."""
    if as_of is None:
        return None
    if as_of.instant is not None:
        return passed(as_of.instant, context.now)
    if as_of.plan_version_id is None:
        return None
    since = await context.unit.plans.visible_since(as_of.plan_version_id)
    if since is None:
        raise unknown("asOf.planVersion")
    return since


def passed(asked: datetime, now: datetime) -> datetime:
    """An instant that has come; what will be known later would be answered otherwise then."""
    if asked > now:
        raise Invalid(
            "asOf.instant",
            f"เวลานี้ยังมาไม่ถึง ตอนนี้คือ {now.isoformat(timespec='seconds')} ไม่ต้องส่ง asOf ถ้าหมายถึงตอนนี้",
            f"this instant has not come; now is {now.isoformat(timespec='seconds')}, "
            "and without asOf now is meant",
        )
    return asked


async def area_key(context: Context, asked: GlobalId | None, field: str) -> str | None:
    """The local id of an area argument; `Invalid(field)` where there is no such area."""
    if asked is None:
        return None
    if asked.key not in await context.unit.areas.by_id([asked.key]):
        raise unknown(field)
    return asked.key


async def agency_key(context: Context, asked: GlobalId | None, field: str) -> str | None:
    """The local id of an agency argument; `Invalid(field)` where there is no such agency."""
    if asked is None:
        return None
    if asked.key not in await context.unit.agencies.by_id([asked.key], context.today):
        raise unknown(field)
    return asked.key


def unknown(field: str) -> Invalid:
    """An id that nothing has, in an argument that needs something."""
    return Invalid(
        field, "ไม่พบสิ่งที่มีรหัสนี้", "nothing has this id; take ids from the hub's own answers"
    )


async def externally_named(context: Context, by: Lookup[Found], type_: str) -> list[str]:
    """Local ids of the things of a type that bear a name in another system."""
    if by.scheme is None or by.value is None:
        return []
    subjects = await context.unit.provenance.list_subjects(by.scheme, by.value)
    named = [GlobalId.parse(subject) for subject in subjects]
    return [found.key for found in named if found.type == type_]


async def at_each_instant(
    records: Sequence[Known],
    fetch: Callable[[Sequence[Known], datetime | None], Awaitable[Sequence[Found]]],
) -> Sequence[Found]:
    """What `fetch` finds, asked once for each instant the records are known at; in their order."""
    groups: dict[datetime | None, list[Known]] = defaultdict(list)
    for record in records:
        groups[record.as_of_time].append(record)
    found: dict[int, Found] = {}
    for at, group in groups.items():
        for record, answer in zip(group, await fetch(group, at), strict=True):
            found[id(record)] = answer
    return [found[id(record)] for record in records]
