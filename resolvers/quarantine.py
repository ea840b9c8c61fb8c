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
from resolvers.context import Context
from resolvers.sources import begin_command, restrict_to_operated

MAX_QUESTIONS: Final = 1_000
"""Maximum number of questions per source in the deprecated list; those with the most money."""


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
    """Return the review questions of each source with the most money."""
    pages = await fetch_question_pages(sources, context, PageRequest(MAX_QUESTIONS))
    questions_by_source: Mapping[str, Sequence[ReviewQuestion] | None] = {
        key: page.nodes for key, page in pages.items()
    }
    return await restrict_to_operated(sources, context, questions_by_source, [])


async def review_questions(
    sources: Sequence[Source], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[ReviewQuestion] | Forbidden | None]:
    """Return the review questions of each source, the most money first."""
    page = PageRequest.from_arguments(first, after, (int, str))
    pages: Mapping[str, Connection[ReviewQuestion] | None]
    pages = await fetch_question_pages(sources, context, page)
    return await restrict_to_operated(sources, context, pages, None)


async def fetch_question_pages(
    sources: Sequence[Source], context: Context, page: PageRequest
) -> Mapping[str, Connection[ReviewQuestion]]:
    """Return a page of the questions of each source that the viewer operates."""
    operated_ids = await context.unit.sources.list_operated_ids([one.id for one in sources])
    if not operated_ids:
        return {}
    return await context.unit.rulings.questions_by_source(sorted(operated_ids), page)


async def rows_of_questions(
    questions: Sequence[ReviewQuestion],
    context: Context,
    *,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[QuarantinedRow]]:
    """Return the waiting rows of each question, in order of arrival."""
    page = PageRequest.from_arguments(first, after, (int,))
    return await context.unit.rulings.rows_of_questions(questions, page)


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
        await begin_command(context, input.source_id)
        settled_by = context.identify_viewer().subject
        settlement = await context.review.settle(
            input.source_id, input.ruling, settled_by, input.idempotency_key, context.audit_context
        )
    except HubError as error:
        return [QuarantineSettlePayload(None, None, [to_user_error(error)])]
    return [QuarantineSettlePayload(input.source_id, settlement, [])]
