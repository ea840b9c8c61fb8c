"""Agreements and commitments are in the feed of changes, for who may see them."""

from hub.store.changes import number_changes
from tests.web.graphql.session_client import DelegationClient
from tests.web.graphql.test_sessions import Negotiation
from tests.web.graphql.test_sessions import talks as talks  # noqa: PLC0414 - a fixture

FEED = """
{ changes(topics: [AGREEMENT, COMMITMENT]) { changes { topic id subject { id } } } }
"""


async def read_feed(client: DelegationClient) -> list[tuple[str, str | None]]:
    """Return topic and subject of every change that a client may see."""
    await number_changes(client.instance.database)
    data = await client.send(FEED)
    changes = data["changes"]["changes"]
    return [(one["topic"], one["subject"] and one["subject"]["id"]) for one in changes]


async def test_an_agreement_and_its_pledge_are_reported_to_delegations(talks: Negotiation) -> None:
    """A stranger learns of the pledge at once, and of the agreement when the session closes."""
    stranger = await DelegationClient.sign_in(talks.host.instance, "province:21")
    data = await talks.host.send(
        "query ($id: ID!) { session(id: $id) { matrix { cells(states: [GAP]) { id } } } }",
        id=talks.session["id"],
    )
    take = {
        "gapTake": {
            "gap": {"cell": data["session"]["matrix"]["cells"][0]["id"]},
            "agency": "gid://hub/Agency/ministry:05",
            "text": "จัดทำหลักสูตร",
        }
    }
    proposal = await talks.propose(take)
    await talks.accept(proposal, talks.function, talks.host)
    agreement = (await talks.conclude(proposal))["agreement"]
    pledge = agreement["commitments"][0]["id"]
    of_delegation = await read_feed(talks.function)
    assert ("AGREEMENT", agreement["id"]) in of_delegation
    assert ("COMMITMENT", pledge) in of_delegation
    of_stranger = await read_feed(stranger)
    assert ("COMMITMENT", pledge) in of_stranger
    assert "AGREEMENT" not in {topic for topic, _ in of_stranger}
    await talks.host.step("sessionClose", talks.session)
    assert ("AGREEMENT", agreement["id"]) in await read_feed(stranger)
