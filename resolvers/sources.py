"""Resolvers of sources: status, runs and events."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Annotated, Protocol, TypeVar

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId
from hub.domain.lookups import Lookup
from hub.domain.paging import Connection, PageRequest, decode_cursor
from hub.domain.provenance import Source, SourceHealth
from hub.domain.sources.events import SourceEvent
from hub.domain.sources.freshness import FreshnessStatus, compute_freshness_status
from hub.domain.sources.runs import SourceRun
from hub.domain.time import FiscalYear
from hub.errors import Forbidden
from resolvers.arguments import resolve_lookup
from resolvers.context import Context, SubscriptionContext
from resolvers.nodes import fetch_agencies

Answer = TypeVar("Answer")


class HasSourceId(Protocol):
    """A record of a source."""

    @property
    def source_id(self) -> str:
        """Return the source's id."""
        ...


async def source(
    _roots: Sequence[None],
    context: Context,
    *,
    by: Lookup[Source] | None = None,
    id: Annotated[GlobalId, "Source"] | None = None,  # noqa: A002 - the GraphQL name
) -> Sequence[Source | None]:
    """Return a source by id or code; null if there is none."""
    key = resolve_lookup(by, id).key
    return [(await context.unit.provenance.sources_by_id([key])).get(key)]


async def sources(
    _roots: Sequence[None],
    context: Context,
    *,
    health: tuple[SourceHealth, ...] | None = None,
    fetched: bool | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Source]]:
    """Return sources, by id."""
    page = PageRequest.from_arguments(first, after, (str,))
    return [await context.unit.sources.page(page, health or (), fetched=fetched)]


async def owner(sources: Sequence[Source], context: Context) -> Sequence[Agency | None]:
    """Return the agency that owns each source."""
    return await fetch_agencies([source_record.owner_id for source_record in sources], context)


async def freshness(sources: Sequence[Source], context: Context) -> Sequence[FreshnessStatus]:
    """Return whether each source was read as promised, as of the request."""
    return [
        compute_freshness_status(
            source_record.cadence, source_record.last_success_at, context.status_time
        )
        for source_record in sources
    ]


async def coverage(sources: Sequence[Source], context: Context) -> Sequence[Sequence[FiscalYear]]:
    """Return the fiscal years with figures of each source."""
    years_by_source = await context.unit.sources.fiscal_years_by_source(
        [source_record.id for source_record in sources]
    )
    return [years_by_source.get(source_record.id, []) for source_record in sources]


async def record_count(sources: Sequence[Source], context: Context) -> Sequence[int]:
    """Return the number of stored records of each source."""
    counts = await context.unit.sources.record_counts_by_source(
        [source_record.id for source_record in sources]
    )
    return [counts.get(source_record.id, 0) for source_record in sources]


async def unlinked_count(sources: Sequence[Source], context: Context) -> Sequence[int]:
    """Return the number of projects of each source without a linkage."""
    counts = await context.unit.sources.unlinked_counts_by_source(
        [source_record.id for source_record in sources]
    )
    return [counts.get(source_record.id, 0) for source_record in sources]


async def restrict_to_operated(
    sources: Sequence[Source],
    context: Context,
    answers_by_source: Mapping[str, Answer],
    default: Answer,
) -> Sequence[Answer | Forbidden]:
    """Return the answer per source that the viewer operates; `Forbidden` for others."""
    operated_ids = await context.unit.sources.list_operated_ids(
        [source_record.id for source_record in sources]
    )
    return [
        answers_by_source.get(source_record.id, default)
        if source_record.id in operated_ids
        else not_operated_error(source_record.id)
        for source_record in sources
    ]


async def begin_command(context: Context, source_id: str) -> None:
    """Begin a command on a source; `Forbidden` unless the viewer operates it.

    The command runs in another transaction, and what is read after it must show its effect.
    """
    if source_id not in await context.unit.sources.list_operated_ids([source_id]):
        raise not_operated_error(source_id)
    await context.renew_snapshot()


def not_operated_error(source_id: str) -> Forbidden:
    """Return the error for a source that the viewer does not operate."""
    return Forbidden(
        f"{source_id} เป็นของหน่วยงานอื่น ติดต่อหน่วยงานนั้นหรือผู้ดูแลระบบ "
        f"· {source_id} belongs to another agency; contact that agency or the hub's steward",
        source_id=source_id,
    )


async def waiting_count(
    sources: Sequence[Source], context: Context
) -> Sequence[int | Forbidden | None]:
    """Return the number of waiting rows of each source."""
    return await restrict_to_operated(
        sources,
        context,
        await context.unit.sources.waiting_counts_by_source(
            [source_record.id for source_record in sources]
        ),
        0,
    )


async def latest_run(
    sources: Sequence[Source], context: Context
) -> Sequence[SourceRun | Forbidden | None]:
    """Return the latest run of each source."""
    runs_by_source: Mapping[
        str, SourceRun | None
    ] = await context.unit.sources.latest_run_by_source(
        [source_record.id for source_record in sources]
    )
    return await restrict_to_operated(sources, context, runs_by_source, None)


async def runs(
    sources: Sequence[Source], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[SourceRun] | Forbidden | None]:
    """Return the runs of each source, newest first."""
    page = PageRequest.from_arguments(first, after, (int,))
    pages_by_source: Mapping[
        str, Connection[SourceRun] | None
    ] = await context.unit.sources.runs_by_source(
        [source_record.id for source_record in sources], page
    )
    return await restrict_to_operated(sources, context, pages_by_source, None)


async def sources_of_records(records: Sequence[HasSourceId], context: Context) -> Sequence[Source]:
    """Return the source of each record; a foreign key guarantees that it exists."""
    sources_by_id = await context.unit.provenance.sources_by_id(
        [record.source_id for record in records]
    )
    return [sources_by_id[record.source_id] for record in records]


async def runs_of_events(
    events: Sequence[SourceEvent], context: Context
) -> Sequence[SourceRun | None]:
    """Return the run that ended; null when rows were settled or the viewer is not the operator."""
    runs_by_id = await context.unit.sources.runs_by_id(
        [str(event.run_id) for event in events if event.run_id]
    )
    return [runs_by_id.get(str(event.run_id)) for event in events]


async def source_events(
    subscription: SubscriptionContext,
    *,
    sources: tuple[Annotated[GlobalId, "Source"], ...] | None = None,
    after: str | None = None,
) -> AsyncIterator[SourceEvent]:
    """Yield events of sources from now on, or after a cursor."""
    async with subscription.open_context() as context:
        feed = context.feed
    number = await feed.latest_number() if after is None else parse_event_cursor(after)
    async with aclosing(
        feed.follow(number, [global_id.key for global_id in sources or ()])
    ) as events:
        async for event in events:
            yield event


def parse_event_cursor(cursor: str) -> int:
    """Return the number in an event's cursor; `Invalid("after")` when it is not one."""
    [number] = decode_cursor(cursor, (int,))
    return int(number or 0)
