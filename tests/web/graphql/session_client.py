"""Delegations of a joint session: machine clients that host, propose and take positions."""

from typing import Any, Final

from tests.services.linkages.both_sides import next_key
from tests.web.graphql.linkage_client import MachineClient
from tests.web.hub_instance import HubInstance

SCOPES: Final = frozenset(
    {"session:host", "session:negotiate", "report:write", "linkage:propose", "linkage:decide"}
)
PROBLEMS: Final = "userErrors { code field message { th en } current { id } }"
STAGES_BY_LEVEL: Final = {
    "rows": {"dimension": "ACTOR_LEVEL"},
    "columns": {"dimension": "STAGE"},
    "fiscalYears": {"from": {"be": 2566}},
}
CREATE: Final = f"""
mutation ($key: String!, $areas: [ID!]!, $matrix: MatrixInput!, $kind: SessionKind!) {{
  sessionCreate(input: {{idempotencyKey: $key, kind: $kind, title: "ประชุมร่วม", areas: $areas,
    fiscalYear: {{be: 2566}}, matrix: $matrix}}) {{
    session {{ id version status allowedOperations agenda(first: 100) {{ nodes {{ id title }} }} }}
    {PROBLEMS}
  }}
}}
"""
INVITE: Final = f"""
mutation ($key: String!, $session: ID!, $items: [DelegationInput!]!) {{
  delegationSet(input: {{idempotencyKey: $key, session: $session, items: $items}}) {{
    delegations {{ id version agency {{ id }} role present }} {PROBLEMS}
  }}
}}
"""
STEP: Final = f"""
mutation ($key: String!, $session: ID!, $read: Int!) {{
  step: NAME(input: {{idempotencyKey: $key, session: $session, expectedVersion: $read}}) {{
    session {{ id version status openedAt closedAt }} {PROBLEMS}
  }}
}}
"""
ADD_ITEM: Final = f"""
mutation ($key: String!, $session: ID!, $title: String!, $cell: ID) {{
  agendaItemAdd(input: {{idempotencyKey: $key, session: $session, title: $title, cell: $cell}}) {{
    item {{ id version order status }} {PROBLEMS}
  }}
}}
"""
PROPOSAL: Final = """
fragment Parts on Proposal {
  id version status summary
  operations { kind text { th en } amountBefore { amount } amountAfter { amount } }
  requiredParties { agency { id } because { th } mandated position { stance } }
  positions { agency { id } stance condition { id version text status } }
  blockers { code message { th en } }
}
"""
PROPOSE: Final = (
    PROPOSAL
    + f"""
mutation ($key: String!, $item: ID!, $operations: [OperationInput!]!) {{
  proposalCreate(input: {{idempotencyKey: $key, item: $item, summary: "ข้อเสนอ",
    operations: $operations}}) {{ proposal {{ ...Parts }} {PROBLEMS} }}
}}
"""
)
PREVIEW: Final = f"""
query ($session: ID!, $operations: [OperationInput!]!) {{
  proposalPreview(session: $session, operations: $operations) {{
    operations {{ kind text {{ th }} }}
    changes {{ changed {{ before {{ state projectCount }} after {{ id state projectCount }} }} }}
    requiredParties {{ agency {{ id }} mandated }} {PROBLEMS}
  }}
}}
"""
TAKE: Final = (
    PROPOSAL
    + f"""
mutation ($key: String!, $proposal: ID!, $read: Int!, $stance: Stance!, $condition: String,
  $reason: String) {{
  positionTake(input: {{idempotencyKey: $key, proposal: $proposal, expectedVersion: $read,
    stance: $stance, condition: $condition, reason: $reason}}) {{
    proposal {{ ...Parts }} {PROBLEMS}
  }}
}}
"""
)
RESOLVE: Final = f"""
mutation ($key: String!, $condition: ID!, $read: Int!, $agency: ID) {{
  conditionResolve(input: {{idempotencyKey: $key, condition: $condition, expectedVersion: $read,
    outcome: CARRIED, resolution: "จังหวัดสมทบร้อยละ 10", agency: $agency, dueOn: "2027-01-31"}}) {{
    condition {{ status }} proposal {{ blockers {{ code }} }} {PROBLEMS}
  }}
}}
"""
CONCLUDE: Final = f"""
mutation ($key: String!, $proposal: ID!, $read: Int!) {{
  agreementConclude(input: {{idempotencyKey: $key, proposal: $proposal, expectedVersion: $read}}) {{
    agreement {{
      id digest status memorandum parties {{ id }} commitments {{ id text dueOn kind }}
      operations {{ kind text {{ th }} }}
    }}
    changed {{ changed {{ before {{ state }} after {{ id state projectCount }}
      agreements {{ id }} }} }}
    {PROBLEMS}
  }}
}}
"""


class DelegationClient(MachineClient):
    """A delegation with its token; every command has a key of its own."""

    @classmethod
    async def sign_in(cls, instance: HubInstance, agency: str) -> "DelegationClient":
        """Register a client of an agency with the scopes of a delegation."""
        found = await cls.register(instance, agency, SCOPES)
        return cls(instance, found.token)

    async def command(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send a command and return its payload."""
        data = await self.send(query, key=next_key(), **variables)
        [payload] = data.values()
        found: dict[str, Any] = payload
        return found

    async def done(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send a command that is accepted and return its payload."""
        payload = await self.command(query, **variables)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refused(self, query: str, **variables: Any) -> list[str]:
        """Send a command that is refused and return the codes of its errors."""
        payload = await self.command(query, **variables)
        assert payload["userErrors"], payload
        return [error["code"] for error in payload["userErrors"]]

    async def step(self, name: str, session: dict[str, Any]) -> dict[str, Any]:
        """Change the status of a session and return it as it is then."""
        query = STEP.replace("NAME", name)
        payload = await self.done(query, session=session["id"], read=session["version"])
        found: dict[str, Any] = payload["session"]
        return found
