"""Resolvers of the audit log, restricted to what the viewer may read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId
from hub.domain.identity.audit_log import AccessRecord
from hub.domain.lookups import AsOf
from hub.domain.paging import Connection, PageRequest
from hub.domain.provenance import Source
from resolvers.context import Context
from resolvers.nodes import fetch_agencies


async def access_log(
    _roots: Sequence[None],
    context: Context,
    *,
    source: Annotated[GlobalId, "Source"] | None = None,
    since: datetime | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[AccessRecord]]:
    """Return the entries, newest first."""
    page = PageRequest.from_arguments(first, after, (int,))
    since_instant = AsOf.at_instant(since, "since").instant if since else None
    source_id = source.key if source else None
    return [await context.unit.audit_log.page(page, source_id=source_id, since=since_instant)]


async def owner(records: Sequence[AccessRecord], context: Context) -> Sequence[Agency | None]:
    """Return the owner of the data of each entry."""
    return await fetch_agencies([record.owner_id for record in records], context)


async def sources_of_access_records(
    records: Sequence[AccessRecord], context: Context
) -> Sequence[Source | None]:
    """Return the source of each entry; null if the source no longer exists."""
    ids = [record.source_id for record in records if record.source_id]
    sources_by_id = await context.unit.provenance.sources_by_id(ids) if ids else {}
    return [sources_by_id.get(record.source_id or "") for record in records]
