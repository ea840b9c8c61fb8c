"""Withdraw a request for work, in the name of its area; linkages that were offered remain."""

from datetime import datetime

from hub.domain.history import ChangeKind
from hub.domain.linkage_commands import WorkRequestPayload, WorkRequestWithdrawCommand
from hub.domain.work_requests import WorkRequestStatus
from hub.services.commands.acting import Acting, find_acting_agency
from hub.services.linkages.request_command import (
    append_request_history,
    execute_request_command,
    lock_expected,
)
from hub.store.database import Database, StoreConnection
from hub.store.work_request_changes import withdraw_request


async def withdraw_work_request(
    database: Database, acting: Acting, command: WorkRequestWithdrawCommand
) -> WorkRequestPayload:
    """Withdraw a request for work; with `user_errors` nothing was changed."""

    async def _withdraw(connection: StoreConnection, at: datetime) -> WorkRequestPayload:
        request = await lock_expected(connection, command.request_id, command.expected_version)
        agency_id = await find_acting_agency(connection, acting, request.area_id)
        await withdraw_request(connection, request.id)
        await append_request_history(
            connection,
            acting,
            request.id,
            request.version + 1,
            acting.author(agency_id, at),
            ChangeKind.CHANGED,
            field="status",
            after=WorkRequestStatus.WITHDRAWN.value,
            reason=command.reason,
        )
        return WorkRequestPayload(request.id)

    return await execute_request_command(
        database,
        acting,
        acting.command("workRequestWithdraw", command.idempotency_key, command),
        _withdraw,
    )
