"""Sources: how they stand, their runs, and what follows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Annotated, Protocol, TypeVar

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId
from hub.domain.paging import Connection, PageRequest, decode_cursor
from hub.domain.provenance import Source, SourceHealth
from hub.domain.sources.events import SourceEvent
from hub.domain.sources.freshness import FreshnessStatus, compute_freshness_status
from hub.domain.sources.runs import SourceRun
from hub.domain.time import FiscalYear
from hub.errors import Forbidden
from resolvers.context import Context, Following
from resolvers.nodes import agencies

Answer = TypeVar("Answer")


class Told(Protocol):
    """A record that names a source."""

    @property
    def source_id(self) -> str:
        """The source's id."""
        ...


async def source(
    _roots: Sequence[None],
    context: Context,
    *,
    id: Annotated[GlobalId, "Source"],  # the contract's name  # noqa: A002  # the contract's name
) -> Sequence[Source | None]:
    """One source; null where there is none."""
    return [(await context.unit.provenance.sources_by_id([id.key])).get(id.key)]


async def sources(
    _roots: Sequence[None],
    context: Context,
    *,
    health: tuple[SourceHealth, ...] | None = None,
    fetched: bool | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Source]]:
    """Sources, by id."""
    page = PageRequest.from_arguments(first, after, (str,))
    return [await context.unit.sources.page(page, health or (), fetched=fetched)]


async def owner(sources: Sequence[Source], context: Context) -> Sequence[Agency | None]:
    """The agency each source is of."""
    return await agencies([one.owner_id for one in sources], context)


async def freshness(sources: Sequence[Source], context: Context) -> Sequence[FreshnessStatus]:
    """Whether each source was read as it promises, at the moment of asking."""
    return [
        compute_freshness_status(one.cadence, one.last_success_at, context.now) for one in sources
    ]


async def coverage(sources: Sequence[Source], context: Context) -> Sequence[Sequence[FiscalYear]]:
    """The fiscal years each source speaks of."""
    held = await context.unit.sources.fiscal_years_by_source([one.id for one in sources])
    return [held.get(one.id, []) for one in sources]


async def record_count(sources: Sequence[Source], context: Context) -> Sequence[int]:
    """How many records are held of each source."""
    held = await context.unit.sources.record_counts_by_source([one.id for one in sources])
    return [held.get(one.id, 0) for one in sources]


async def unlinked_count(sources: Sequence[Source], context: Context) -> Sequence[int]:
    """How many projects of each source no linkage places."""
    held = await context.unit.sources.unlinked_counts_by_source([one.id for one in sources])
    return [held.get(one.id, 0) for one in sources]


async def operated(
    sources: Sequence[Source], context: Context, held: Mapping[str, Answer], none: Answer
) -> Sequence[Answer | Forbidden]:
    """What is held of each source the viewer operates; `Forbidden` at those of other agencies."""
    may = await context.unit.sources.list_operated_ids([one.id for one in sources])
    return [held.get(one.id, none) if one.id in may else not_yours(one.id) for one in sources]


def not_yours(source_id: str) -> Forbidden:
    """The error of one who operates sources, and not this one."""
    return Forbidden(
        f"{source_id} เป็นของหน่วยงานอื่น ขอให้หน่วยงานนั้นหรือผู้ดูแลระบบทำ "
        f"· {source_id} is another agency's; ask that agency or the hub's steward",
        source_id=source_id,
    )


async def waiting_count(
    sources: Sequence[Source], context: Context
) -> Sequence[int | Forbidden | None]:
    """How many rows of each source wait for a person."""
    return await operated(
        sources,
        context,
        await context.unit.sources.waiting_counts_by_source([one.id for one in sources]),
        0,
    )


async def latest_run(
    sources: Sequence[Source], context: Context
) -> Sequence[SourceRun | Forbidden | None]:
    """The latest run of each source."""
    held: Mapping[str, SourceRun | None] = await context.unit.sources.latest_run_by_source(
        [one.id for one in sources]
    )
    return await operated(sources, context, held, None)


async def runs(
    sources: Sequence[Source], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[SourceRun] | Forbidden | None]:
    """The runs of each source, the newest first."""
    page = PageRequest.from_arguments(first, after, (int,))
    held: Mapping[str, Connection[SourceRun] | None] = await context.unit.sources.runs_by_source(
        [one.id for one in sources], page
    )
    return await operated(sources, context, held, None)


async def source_of(records: Sequence[Told], context: Context) -> Sequence[Source]:
    """The source each record is of; a key of the tables holds that there is one."""
    held = await context.unit.provenance.sources_by_id([one.source_id for one in records])
    return [held[one.source_id] for one in records]


async def run_of(events: Sequence[SourceEvent], context: Context) -> Sequence[SourceRun | None]:
    """The run that ended; null where rows were settled, or where the viewer does not operate it."""
    held = await context.unit.sources.runs_by_id([str(one.run_id) for one in events if one.run_id])
    return [held.get(str(one.run_id)) for one in events]


async def source_events(
    following: Following,
    *,
    sources: tuple[Annotated[GlobalId, "Source"], ...] | None = None,
    after: str | None = None,
) -> AsyncIterator[SourceEvent]:
    """What happens to sources from now on, or from behind a cursor."""
    async with following.afresh() as context:
        feed = context.feed
    number = await feed.latest_number() if after is None else place(after)
    async with aclosing(feed.follow(number, [one.key for one in sources or ()])) as events:
        async for event in events:
            yield event


def place(cursor: str) -> int:
    """The number in an event's cursor; `Invalid("after")` for one that is none of ours."""
    [number] = decode_cursor(cursor, (int,))
    return int(number or 0)
