"""The commands on plans for GraphQL, over one database."""

from datetime import date

from hub.domain.identity.audit_context import AuditContext
from hub.domain.identity.viewer import Viewer
from hub.domain.plan_submission import PlanGradeCommand, PlanStatusCommand, PlanSubmission
from hub.services.plans.review_plan import record_plan_grade, set_plan_status
from hub.services.plans.submit_plan import Sender, SubmitResult, submit_plan
from hub.store.database import Database


class PlanWriter:
    """Executes commands on plans, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(
        self, submission: PlanSubmission, viewer: Viewer, today: date, audit_context: AuditContext
    ) -> SubmitResult:
        """Submit a version; see `submit_plan`."""
        sender = Sender(viewer, viewer.subject, today)
        return await submit_plan(self._database, submission, sender, audit_context)

    async def set_status(
        self, command: PlanStatusCommand, viewer: Viewer, today: date, audit_context: AuditContext
    ) -> SubmitResult:
        """Set the status of a version; see `set_plan_status`."""
        sender = Sender(viewer, viewer.subject, today)
        return await set_plan_status(self._database, command, sender, audit_context)

    async def record_grade(
        self, command: PlanGradeCommand, viewer: Viewer, today: date, audit_context: AuditContext
    ) -> SubmitResult:
        """Record a grade of a version; see `record_plan_grade`."""
        sender = Sender(viewer, viewer.subject, today)
        return await record_plan_grade(self._database, command, sender, audit_context)
