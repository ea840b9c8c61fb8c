"""Resolvers of commands on findings; the payload is read in a snapshot after it."""

from collections.abc import Sequence

from hub.domain.finding_commands import (
    FindingBatchPayload,
    FindingDismissCommand,
    FindingPayload,
    FindingReopenCommand,
    FindingResult,
)
from hub.domain.findings import Finding
from resolvers.context import Context
from resolvers.linkage_commands import begin
from resolvers.nodes import fetch_findings


async def dismiss(
    _roots: Sequence[None],
    context: Context,
    *,
    input: FindingDismissCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[FindingBatchPayload]:
    """Dismiss findings."""
    return [await context.commands.findings.dismiss(await begin(context), input)]


async def reopen(
    _roots: Sequence[None],
    context: Context,
    *,
    input: FindingReopenCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[FindingPayload]:
    """Open a dismissed finding again."""
    return [await context.commands.findings.reopen(await begin(context), input)]


async def findings_of_results(
    results: Sequence[FindingResult | FindingPayload], context: Context
) -> Sequence[Finding | None]:
    """Return the finding of each result as it is now; null if it is not visible."""
    ids = [one.finding_id for one in results if one.finding_id is not None]
    found = await fetch_findings(context, ids) if ids else {}
    return [found.get(one.finding_id or "") for one in results]
