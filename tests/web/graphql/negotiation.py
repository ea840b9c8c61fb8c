"""A joint session that tests negotiate over HTTP: its delegations, proposals and operations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.web.graphql.session_client import (
    ADD_ITEM,
    CONCLUDE,
    CREATE,
    INVITE,
    PROPOSE,
    STAGES_BY_LEVEL,
    TAKE,
    DelegationClient,
)
from tests.web.hub_instance import HubInstance

AREA = "gid://hub/Area/20"
ISSUE = "gid://hub/StrategicIssue/plan-20-2566-PUBLISHED-1"
MATRIX = {
    **STAGES_BY_LEVEL,
    "filter": {
        "areas": [AREA],
        "valueChains": ["gid://hub/ValueChain/tourism"],
    },
}


class Negotiation:
    """An open session of Chon Buri with the tourism ministry and the ministry of industry."""

    def __init__(
        self, host: DelegationClient, function: DelegationClient, other: DelegationClient
    ) -> None:
        self.host, self.function, self.other = host, function, other
        self.session: dict[str, Any] = {}
        self.item = ""

    async def open(self, kind: str = "STRATEGY") -> "Negotiation":
        """Create, invite, open, and put a point on the agenda."""
        created = await self.host.done(CREATE, areas=[AREA], matrix=MATRIX, kind=kind)
        self.session = created["session"]
        items = [
            {"agency": "gid://hub/Agency/ministry:05", "role": "FUNCTION", "present": True},
            {"agency": "gid://hub/Agency/ministry:22", "role": "FUNCTION", "present": True},
        ]
        await self.host.done(INVITE, session=self.session["id"], items=items)
        self.session = await self.host.step("sessionOpen", self.session)
        added = await self.host.done(ADD_ITEM, session=self.session["id"], title="การท่องเที่ยว")
        self.item = added["item"]["id"]
        return self

    async def propose(self, *operations: dict[str, Any]) -> dict[str, Any]:
        """Propose operations by the ministry and return the proposal."""
        payload = await self.function.done(PROPOSE, item=self.item, operations=list(operations))
        found: dict[str, Any] = payload["proposal"]
        return found

    async def accept(self, proposal: dict[str, Any], *clients: DelegationClient) -> None:
        """Accept a proposal in the name of delegations."""
        for client in clients:
            await client.done(
                TAKE, proposal=proposal["id"], read=proposal["version"], stance="ACCEPT"
            )

    async def conclude(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """Conclude a proposal that nothing prevents and return the payload."""
        return await self.host.done(CONCLUDE, proposal=proposal["id"], read=proposal["version"])


def link(project: str, stage: str) -> dict[str, Any]:
    """Return the operation that links a project to a stage of the issue."""
    return {
        "linkageAdd": {
            "project": {"id": f"gid://hub/Project/{project}"},
            "issue": {"id": ISSUE},
            "stageCode": stage,
            "reason": "ตรงกับขั้นนี้",
        }
    }


@asynccontextmanager
async def open_talks(database: Database, folder: Path) -> AsyncIterator[Negotiation]:
    """Yield an open session over a hub with three projects of the tourism ministry."""
    await insert_issues(database, "20", ["1", "2"])
    # A chain with a role matrix of the deck (slide 73), so that empty cells are judged.
    await database.pool.execute("update issue_revision set chain_id = 'tourism'")
    for key in ("p1", "p2", "p3"):
        await insert_project(database, key)
    await database.pool.execute(
        "insert into project_area (project_id, area_id, basis) select id, '20', 'UNKNOWN' "
        "from project where id in ('p1', 'p2', 'p3')"
    )
    instance = HubInstance(database, folder)
    async with instance.http:
        clients = [
            await DelegationClient.sign_in(instance, agency)
            for agency in ("province:20", "ministry:05", "ministry:22")
        ]
        yield await Negotiation(*clients).open()


async def first_stage(talks: Negotiation) -> str:
    """Return the code of the first stage of the chain."""
    data = await talks.host.send(
        '{ valueChain(by: {id: "gid://hub/ValueChain/tourism"}) { stages { code } } }'
    )
    code: str = data["valueChain"]["stages"][0]["code"]
    return code
