"""Answer a request for work: an offer proposes a linkage, and the area still decides on it."""

from dataclasses import replace
from datetime import datetime

from hub.domain.history import ChangeKind
from hub.domain.identity.viewer import Permission
from hub.domain.linkage_commands import (
    IssueLookup,
    LinkageDraft,
    WorkRequestAnswerCommand,
    WorkRequestPayload,
)
from hub.domain.work_requests import WorkRequestDecision
from hub.errors import Forbidden, Invalid, WrongStatus
from hub.services.commands.acting import Acting
from hub.services.commands.execute import Refused
from hub.services.linkages.propose import propose_batch
from hub.services.linkages.request_command import (
    append_request_history,
    execute_request_command,
    lock_expected,
)
from hub.store.database import Database, StoreConnection
from hub.store.linkage_rights import fetch_placed_under
from hub.store.work_request_changes import LockedAnswer, LockedRequest, update_answer


async def answer_work_request(
    database: Database, acting: Acting, command: WorkRequestAnswerCommand
) -> WorkRequestPayload:
    """Answer a request for work; with `user_errors` nothing was changed."""
    return await execute_request_command(
        database,
        acting,
        acting.command("workRequestAnswer", command.idempotency_key, command),
        lambda connection, at: answer_in_transaction(connection, acting, command, at),
    )


async def answer_in_transaction(
    connection: StoreConnection,
    acting: Acting,
    command: WorkRequestAnswerCommand,
    at: datetime,
) -> WorkRequestPayload:
    """Answer a request; raise a `HubError` or `Refused` if it is refused."""
    check_answer(command)
    request = await lock_expected(connection, command.request_id, command.expected_version)
    answer = await find_own_answer(connection, acting, request)
    if answer.decision is not None and (
        answer.decision is not WorkRequestDecision.OFFER or answer.open_offer
    ):
        raise WrongStatus(
            f"หน่วยงานนี้ตอบแล้ว ({answer.decision.value}) "
            f"· this agency has answered already ({answer.decision.value})"
        )
    linkage_id = None
    if command.decision is WorkRequestDecision.OFFER:
        linkage_id = await offer_project(connection, acting, command, request, at)
    author = acting.author(answer.agency_id, at)
    await update_answer(
        connection, request.id, author, command.decision, linkage_id, command.reason
    )
    await append_request_history(
        connection,
        acting,
        request.id,
        request.version + 1,
        author,
        ChangeKind.CHANGED,
        field="answers",
        after=command.decision.value,
        reason=command.reason,
    )
    return WorkRequestPayload(request.id, linkage_id)


def check_answer(command: WorkRequestAnswerCommand) -> None:
    """Raise `Invalid` for an offer without a project, or a refusal without a reason."""
    if command.decision is WorkRequestDecision.OFFER:
        if command.project is None:
            raise Invalid("input.project", "ระบุโครงการที่เสนอ", "name the project that is offered")
    elif not (command.reason and command.reason.strip()):
        raise Invalid(
            "input.reason",
            "ต้องบอกเหตุผลเมื่อปฏิเสธหรือไม่ใช่ภารกิจ",
            "a reason is required to decline or to refer",
        )


async def find_own_answer(
    connection: StoreConnection, acting: Acting, request: LockedRequest
) -> LockedAnswer:
    """Return the answer that the viewer may give: of its agency, or of one placed under it.

    `Forbidden` if the request was sent to none of these.
    """
    viewer = acting.viewer
    for answer in request.answers:
        if answer.agency_id == viewer.agency_id:
            return answer
    recipients = [answer.agency_id for answer in request.answers]
    own = (
        set(recipients)
        if viewer.has_permission(Permission.STEWARD)
        else await fetch_placed_under(connection, recipients, viewer.agency_id)
    )
    for answer in request.answers:
        if answer.agency_id in own and not answer.open_offer:
            return answer
    raise Forbidden("คำขอนี้ไม่ได้ส่งถึงหน่วยงานของท่าน · this request was not sent to your agency")


async def offer_project(
    connection: StoreConnection,
    acting: Acting,
    command: WorkRequestAnswerCommand,
    request: LockedRequest,
    at: datetime,
) -> str:
    """Propose the linkage of an offer and return its id; `Refused` with its errors."""
    assert command.project is not None  # noqa: S101 - checked by `check_answer`
    item = LinkageDraft(
        command.project,
        IssueLookup(key=request.issue_id),
        command.reason or "ตอบคำขอให้ดำเนินงาน",
        share=command.share,
        work_request_id=request.id,
        stage_id=request.stage_id,
    )
    outcome = await propose_batch(connection, acting, [item], at, atomic=True)
    [result] = outcome.result
    if result.linkage_id is None:
        # The offer has no items: its fields are those of the answer itself.
        errors = [
            replace(error, field=["input", *(error.field or [])[3:]])
            for error in result.user_errors
        ]
        raise Refused(errors)
    return result.linkage_id
