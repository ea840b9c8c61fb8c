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
from resolvers.sources import not_operated_error, restrict_to_operated

MAX_REVIEWED_ROWS: Final = 10_000
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
    pages_by_source: Mapping[str, Connection[QuarantinedRow] | None]
    pages_by_source = await context.unit.sources.rows_by_source(
        [source.id for source in sources], page, status
    )
    return await restrict_to_operated(sources, context, pages_by_source, None)


async def questions(
    sources: Sequence[Source], context: Context
) -> Sequence[Sequence[ReviewQuestion] | Forbidden | None]:
    """What rows of each source wait for, by the ruling that would settle it."""
    waiting_rows = await context.unit.sources.rows_by_source(
        [source.id for source in sources], PageRequest(MAX_REVIEWED_ROWS), (RowStatus.WAITING,)
    )
    questions_by_source: Mapping[str, Sequence[ReviewQuestion] | None] = {
        key: settle_quarantine.group_questions(rows.nodes) for key, rows in waiting_rows.items()
    }
    return await restrict_to_operated(sources, context, questions_by_source, [])


async def payload(rows: Sequence[QuarantinedRow], context: Context) -> Sequence[str]:
    """What came, as text."""
    payloads = await context.unit.sources.payloads_by_hash([row.hash for row in rows])
    return [payloads[row.hash] for row in rows]


async def sources_of_payloads(
    payloads: Sequence[QuarantineSettlePayload], context: Context
) -> Sequence[Source | None]:
    """The source as it stands after the command; null where nothing was done."""
    ids = [settle_payload.source_id for settle_payload in payloads if settle_payload.source_id]
    sources_by_id = await context.unit.provenance.sources_by_id(ids) if ids else {}
    return [sources_by_id.get(settle_payload.source_id or "") for settle_payload in payloads]


async def apply_ruling(
    _roots: Sequence[None],
    context: Context,
    *,
    input: QuarantineSettleCommand,  # the contract's name  # noqa: A002  # the contract's name
) -> Sequence[QuarantineSettlePayload]:
    """Settle rows that wait; all that one ruling covers is read again, or nothing is changed."""
    try:
        if input.source_id not in await context.unit.sources.list_operated_ids([input.source_id]):
            raise not_operated_error(input.source_id)
        await (
            context.renew_snapshot()
        )  # what follows is another transaction; what is asked then sees it
        settled_by = context.viewer.subject
        settlement = await context.review.settle(
            input.source_id, input.ruling, settled_by, input.idempotency_key, context.audit_context
        )
    except HubError as error:
        return [QuarantineSettlePayload(None, None, [to_user_error(error)])]
    return [QuarantineSettlePayload(input.source_id, settlement, [])]
