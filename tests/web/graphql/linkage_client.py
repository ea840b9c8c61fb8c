"""A machine client of an agency: it has an OAuth token, and sends GraphQL over HTTP alone."""

from typing import Any, Final

from tests.web.hub_instance import HubInstance

SCOPES: Final = frozenset({"linkage:propose", "linkage:decide"})
LINKAGE_STATE: Final = """
fragment Problems on UserError { code field message { th en } current { id } }
fragment LinkageState on Linkage {
  id version status share
  project { id code }
  issue { id code }
  stage { code }
  awaiting { id code }
  pendingShare { share side reason }
  consents { side agency { code } decision reason at }
}
"""
PROPOSE: Final = (
    LINKAGE_STATE
    + """
mutation Propose($key: String!, $items: [LinkageDraftInput!]!, $atomic: Boolean! = false) {
  linkagePropose(input: {idempotencyKey: $key, items: $items, atomic: $atomic}) {
    results { index key changed linkage { ...LinkageState } userErrors { ...Problems } }
    userErrors { ...Problems }
  }
}
"""
)
DECIDE: Final = (
    LINKAGE_STATE
    + """
mutation Decide($key: String!, $items: [LinkageDecisionInput!]!) {
  linkageDecide(input: {idempotencyKey: $key, items: $items}) {
    results { index changed linkage { ...LinkageState } userErrors { ...Problems } }
    userErrors { ...Problems }
  }
}
"""
)


class MachineClient:
    """One registered client, with its token."""

    def __init__(self, instance: HubInstance, token: str) -> None:
        self.instance = instance
        self.token = token

    @classmethod
    async def register(
        cls, instance: HubInstance, agency: str, scopes: frozenset[str] = SCOPES
    ) -> "MachineClient":
        """Register a client of an agency and return it with a token of its own."""
        name = agency.replace(":", "-").lower()
        secret = await instance.add_client(name, agency, scopes=scopes)
        answer = await instance.get_token(auth=(name, secret))
        return cls(instance, answer.json()["access_token"])

    async def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation and return its data, which has no errors."""
        body = await self.post(query, **variables)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send an operation and return its response, with or without errors."""
        response = await self.instance.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        body: dict[str, Any] = response.json()
        return body
