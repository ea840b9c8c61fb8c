"""Rows that wait for a person: lists of them, what they wait for, and rulings on them."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.domain.paging import Connection, PageRequest
from hub.domain.provenance import Source
from hub.domain.sources.quarantine import (
    QuarantinedRow,
    QuarantineSettleCommand,
    QuarantineSettlePayload,
    ReviewQuestion,
    RowStatus,
)
from hub.domain.user_errors import to_user_error
from hub.errors import Forbidden, HubError
from hub.services.sources import settle_quarantine
from resolvers.context import Context
from resolvers.sources import not_yours, operated

REVIEWED: Final = 10_000
"""Rows that are looked at for the questions of one source; the oldest come first."""


async def rows(
    sources: Sequence[Source],
    context: Context,
    *,
    status: tuple[RowStatus, ...] = (RowStatus.WAITING,),
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[QuarantinedRow] | Forbidden | None]:
    """Rows of each source in quarantine, in the order they came."""
    page = PageRequest.from_arguments(first, after, (int,))
    held: Mapping[str, Connection[QuarantinedRow] | None]
    held = await context.unit.sources.rows_by_source([one.id for one in sources], page, status)
    return await operated(sources, context, held, None)


async def questions(
    sources: Sequence[Source], context: Context
) -> Sequence[Sequence[ReviewQuestion] | Forbidden | None]:
    """What rows of each source wait for, by the ruling that would settle it."""
    waiting = await context.unit.sources.rows_by_source(
        [one.id for one in sources], PageRequest(REVIEWED), (RowStatus.WAITING,)
    )
    held: Mapping[str, Sequence[ReviewQuestion] | None] = {
        key: settle_quarantine.questions(rows.nodes) for key, rows in waiting.items()
    }
    return await operated(sources, context, held, [])


async def payload(rows: Sequence[QuarantinedRow], context: Context) -> Sequence[str]:
    """What came, as text."""
    held = await context.unit.sources.payloads_by_hash([row.hash for row in rows])
    return [held[row.hash] for row in rows]


async def settled_source(
    payloads: Sequence[QuarantineSettlePayload], context: Context
) -> Sequence[Source | None]:
    """The source as it stands after the command; null where nothing was done."""
    ids = [one.source_id for one in payloads if one.source_id]
    held = await context.unit.provenance.sources_by_id(ids) if ids else {}
    return [held.get(one.source_id or "") for one in payloads]


async def settle(
    _roots: Sequence[None],
    context: Context,
    *,
    input: QuarantineSettleCommand,  # the contract's name  # noqa: A002  # the contract's name
) -> Sequence[QuarantineSettlePayload]:
    """Settle rows that wait; all that one ruling covers is read again, or nothing is changed."""
    try:
        if input.source_id not in await context.unit.sources.list_operated_ids([input.source_id]):
            raise not_yours(input.source_id)
        await context.renew()  # what follows is another transaction; what is asked then sees it
        by = context.viewer.subject
        done = await context.review.settle(
            input.source_id, input.ruling, by, input.idempotency_key, context.trail
        )
    except HubError as broken:
        return [QuarantineSettlePayload(None, None, [to_user_error(broken)])]
    return [QuarantineSettlePayload(input.source_id, done, [])]
