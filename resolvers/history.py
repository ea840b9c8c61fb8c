"""Resolvers of histories: pages of what happened to a thing, and the agencies that acted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.domain.agencies import Agency
from hub.domain.global_id import Identifiable
from hub.domain.history import HistoryEntry
from hub.domain.paging import Connection, PageRequest
from resolvers.arguments import HasAsOfTime, fetch_grouped_by_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, fetch_nodes


class HasHistory(HasAsOfTime, Identifiable, Protocol):
    """A record whose history is stored under its global id."""


async def histories(
    things: Sequence[HasHistory], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[HistoryEntry]]:
    """Return the history of each thing until its instant, newest first."""
    page = PageRequest.from_arguments(first, after, (int,))

    async def _fetch(
        group: Sequence[HasHistory], at: datetime | None
    ) -> Sequence[Connection[HistoryEntry]]:
        pages = await context.unit.histories.pages_by_subject(
            [thing.gid for thing in group], page, at
        )
        return [pages[thing.gid] for thing in group]

    return await fetch_grouped_by_as_of(things, _fetch)


async def agencies_of_entries(
    entries: Sequence[HistoryEntry], context: Context
) -> Sequence[Agency | None]:
    """Return the agency that acted; null for a source or the hub."""
    return await fetch_agencies([entry.agency_id for entry in entries], context)


async def causes(
    entries: Sequence[HistoryEntry], context: Context
) -> Sequence[Identifiable | None]:
    """Return what each entry comes from; null if from a request of its own."""
    found = await fetch_nodes([one.because_of for one in entries if one.because_of], context)
    nodes = iter(found)
    return [next(nodes) if entry.because_of else None for entry in entries]
