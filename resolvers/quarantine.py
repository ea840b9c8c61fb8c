"""Resolvers of quarantined rows: lists, review questions, and rulings."""

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
"""Maximum number of rows that are grouped into questions per source; the oldest first."""


async def rows(
    sources: Sequence[Source],
    context: Context,
    *,
    status: tuple[RowStatus, ...] = (RowStatus.WAITING,),
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[QuarantinedRow] | Forbidden | None]:
    """Return the quarantined rows of each source, in order of arrival."""
    page = PageRequest.from_arguments(first, after, (int,))
    pages_by_source: Mapping[str, Connection[QuarantinedRow] | None]
    pages_by_source = await context.unit.sources.rows_by_source(
        [source.id for source in sources], page, status
    )
    return await restrict_to_operated(sources, context, pages_by_source, None)


async def questions(
    sources: Sequence[Source], context: Context
) -> Sequence[Sequence[ReviewQuestion] | Forbidden | None]:
    """Return the review questions of each source."""
    waiting_rows = await context.unit.sources.rows_by_source(
        [source.id for source in sources], PageRequest(MAX_REVIEWED_ROWS), (RowStatus.WAITING,)
    )
    questions_by_source: Mapping[str, Sequence[ReviewQuestion] | None] = {
        key: settle_quarantine.group_questions(rows.nodes) for key, rows in waiting_rows.items()
    }
    return await restrict_to_operated(sources, context, questions_by_source, [])


async def payload(rows: Sequence[QuarantinedRow], context: Context) -> Sequence[str]:
    """Return the raw record of each row, as text."""
    payloads = await context.unit.sources.payloads_by_hash([row.hash for row in rows])
    return [payloads[row.hash] for row in rows]


async def sources_of_payloads(
    payloads: Sequence[QuarantineSettlePayload], context: Context
) -> Sequence[Source | None]:
    """Return the source after the command; null when nothing was changed."""
    ids = [settle_payload.source_id for settle_payload in payloads if settle_payload.source_id]
    sources_by_id = await context.unit.provenance.sources_by_id(ids) if ids else {}
    return [sources_by_id.get(settle_payload.source_id or "") for settle_payload in payloads]


async def apply_ruling(
    _roots: Sequence[None],
    context: Context,
    *,
    input: QuarantineSettleCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[QuarantineSettlePayload]:
    """Apply a ruling: every row it covers is re-read, or nothing is changed."""
    try:
        if input.source_id not in await context.unit.sources.list_operated_ids([input.source_id]):
            raise not_operated_error(input.source_id)
        # The command runs in another transaction, and the payload must show its effect.
        await context.renew_snapshot()
        settled_by = context.viewer.subject
        settlement = await context.review.settle(
            input.source_id, input.ruling, settled_by, input.idempotency_key, context.audit_context
        )
    except HubError as error:
        return [QuarantineSettlePayload(None, None, [to_user_error(error)])]
    return [QuarantineSettlePayload(input.source_id, settlement, [])]
