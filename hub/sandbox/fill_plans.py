"""Fill a hub with the made-up plans that a local agency serves at `/plans`."""

from datetime import date

import httpx2

from hub.domain.identity.viewer import OPERATOR
from hub.domain.plans import PlanStatus
from hub.domain.record import record
from hub.domain.user_errors import UserErrorCode
from hub.errors import SourceRefused
from hub.sandbox.agency import SandboxAgency
from hub.sandbox.endpoints import create_sandbox
from hub.sandbox.server import serve_in_thread
from hub.services.plans.plan_json import parse_plan
from hub.services.plans.submit_plan import Sender, submit_plan
from hub.store.database import Database
from hub.store.plan_provenance import GENERATED_PLANS

SENDER_NAME = "hub demo fill"
TIMEOUT = 60


@record
class PlanFillResult:
    """How many plans were stored, and how many the hub had already."""

    stored: int
    unchanged: int


async def fill_plans(database: Database, agency: SandboxAgency, today: date) -> PlanFillResult:
    """Submit every plan of the local agency as approved; a plan that is there is left alone.

    `SourceRefused` when the hub rejects a plan; the plans before it stay.
    """
    sender = Sender(OPERATOR, SENDER_NAME, today, GENERATED_PLANS, (PlanStatus.APPROVED,))
    with serve_in_thread(create_sandbox(agency)) as address:
        async with httpx2.AsyncClient(timeout=TIMEOUT) as client:
            plans = (await client.get(f"{address}/plans")).json()["items"]
    stored = unchanged = 0
    for one in plans:
        result = await submit_plan(database, parse_plan(one), sender)
        if result.version_id:
            stored += 1
        elif {error.code for error in result.errors} == {UserErrorCode.STALE_VERSION}:
            unchanged += 1
        else:
            [error, *_] = result.errors
            raise SourceRefused(
                f"{one['owner']}: {error.message.th} · {one['owner']}: {error.message.en}"
            )
    return PlanFillResult(stored, unchanged)
