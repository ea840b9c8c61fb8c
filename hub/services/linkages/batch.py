"""Execute a batch of items on linkages: a result for each, or for none."""

from collections.abc import Sequence

from hub.domain.linkage_commands import (
    LinkageBatchPayload,
    LinkageResult,
    dump_results,
    parse_results,
)
from hub.errors import BatchFailed
from hub.services.commands.acting import Acting
from hub.services.commands.batch import build_item_error, check_size
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, Work, execute_once
from hub.store.database import Database
from hub.store.ingest.receipts import IdempotentCommand

BatchOutcome = CommandOutcome[Sequence[LinkageResult]]
"""The results of a batch in the order of its items, and what it changed."""


async def execute_batch(
    database: Database,
    acting: Acting,
    command: IdempotentCommand,
    item_count: int,
    work: Work[Sequence[LinkageResult]],
) -> LinkageBatchPayload:
    """Execute a batch once and return the result of each item.

    With `user_errors` nothing was done: TOO_MANY, or IDEMPOTENCY_CONFLICT.
    """
    answers: AnswerFormat[Sequence[LinkageResult]] = AnswerFormat(dump_results, parse_results)
    try:
        check_size(item_count)
        return LinkageBatchPayload(await execute_once(database, acting, command, work, answers))
    except Refused as refused:
        return LinkageBatchPayload([], refused.errors)


def fail_others(results: Sequence[LinkageResult]) -> list[LinkageResult]:
    """Return the results of an atomic batch of which an item was refused: the others fail too."""
    return [
        one
        if one.user_errors
        else LinkageResult(
            one.index, key=one.key, user_errors=build_item_error(one.index, BatchFailed())
        )
        for one in results
    ]
