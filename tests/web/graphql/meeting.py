"""An open session, served on a port, whose events followers receive."""

from typing import Any

from tests.web.graphql.session_client import (
    ADD_ITEM,
    CREATE,
    INVITE,
    STAGES_BY_LEVEL,
    DelegationClient,
)
from tests.web.graphql.session_followers import SessionFollower
from tests.web.hub_instance import HubInstance

AREA = "gid://hub/Area/20"
FILTER = {"areas": [AREA], "valueChains": ["gid://hub/ValueChain/tourism"]}
MINISTRY = "gid://hub/Agency/ministry:05"
INDUSTRY = "gid://hub/Agency/ministry:22"
PRESENCE = """
query ($id: ID!) { session(id: $id) {
  presence { delegation { agency { id } } connected viewing }
} }
"""
STORED = "select number from session_event where session_id = $1 order by number"


class Meeting:
    """An open session of Chon Buri, served on a port, with two ministries that are invited."""

    def __init__(self, instance: HubInstance, address: str) -> None:
        self.instance, self.address = instance, address
        self.clients: dict[str, DelegationClient] = {}
        self.session: dict[str, Any] = {}
        self.delegations: list[dict[str, Any]] = []

    async def open(self) -> "Meeting":
        """Sign in, create, invite and open."""
        for agency in ("province:20", "ministry:05", "ministry:22"):
            self.clients[agency] = await DelegationClient.sign_in(self.instance, agency)
        return await self.begin()

    async def open_again(self, earlier: "Meeting") -> "Meeting":
        """Open another session, with the clients of an earlier one."""
        self.clients = earlier.clients
        return await self.begin()

    async def begin(self) -> "Meeting":
        """Create, invite and open."""
        matrix = {**STAGES_BY_LEVEL, "filter": FILTER}
        created = await self.host.done(CREATE, areas=[AREA], matrix=matrix, kind="STRATEGY")
        self.session = created["session"]
        items = [{"agency": one, "role": "FUNCTION"} for one in (MINISTRY, INDUSTRY)]
        invited = await self.host.done(INVITE, session=self.session["id"], items=items)
        self.delegations = invited["delegations"]
        self.session = await self.host.step("sessionOpen", self.session)
        return self

    @property
    def host(self) -> DelegationClient:
        """Return the client of the province."""
        return self.clients["province:20"]

    def follower(self, agency: str = "ministry:05", **more: Any) -> SessionFollower:
        """Return a follower of an agency."""
        token = self.clients[agency].token
        return SessionFollower(self.address, token, self.session["id"], **more)

    async def happen(self, count: int = 1) -> None:
        """Let so many events happen."""
        for number in range(count):
            await self.host.done(ADD_ITEM, session=self.session["id"], title=f"วาระ {number}")

    async def list_numbers(self) -> list[int]:
        """Return the numbers of all stored events."""
        key = self.session["id"].rpartition("/")[2]
        return [one["number"] for one in await self.instance.database.pool.fetch(STORED, key)]

    async def list_connected(self) -> dict[str, str | None]:
        """Return the agencies that the host sees connected, with the cells that they view."""
        found = await self.host.send(PRESENCE, id=self.session["id"])
        listed = found["session"]["presence"]
        return {
            one["delegation"]["agency"]["id"]: one["viewing"] for one in listed if one["connected"]
        }
