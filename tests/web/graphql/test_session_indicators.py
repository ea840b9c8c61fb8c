"""An agreement on a joint indicator asserts its owners, and produces a draft of the plan."""

from tests.web.graphql.negotiation import Negotiation
from tests.web.graphql.test_sessions import talks as talks  # noqa: PLC0414 - a fixture

VERSION = "plan-20-2566-PUBLISHED-v1"
INSERT = f"""
insert into plan_element (id, version_id, ordinal, kind, issue_id, goal_id, name_th, owner_ids)
values ('goal', '{VERSION}', 0, 'GOAL', 'plan-20-2566-PUBLISHED-1', null, 'เป้าประสงค์', null),
    ('income', '{VERSION}', 1, 'INDICATOR', null, 'goal', 'รายได้จากการท่องเที่ยว', '{{province:20}}')
"""  # noqa: S608 - constants
PRODUCED = """
query ($agreement: ID!) { node(id: $agreement) { ... on Agreement {
  produced { number status issues { nodes { id } } }
  facts { nodes { field status } }
} } }
"""


async def test_a_joint_indicator_has_its_owners_in_a_draft_of_the_plan(talks: Negotiation) -> None:
    pool = talks.host.instance.database.pool
    await pool.execute(INSERT)
    share = {
        "indicatorShare": {
            "indicator": "gid://hub/Indicator/income",
            "expectedVersion": 1,
            "owners": ["gid://hub/Agency/province:20", "gid://hub/Agency/ministry:05"],
        }
    }
    proposal = await talks.propose(share)
    await talks.accept(proposal, talks.function, talks.host)
    payload = await talks.conclude(proposal)
    data = await talks.host.send(PRODUCED, agreement=payload["agreement"]["id"])
    [version] = data["node"]["produced"]
    assert (version["number"], version["status"], len(version["issues"]["nodes"])) == (
        2,
        "DRAFT",
        2,
    )
    assert data["node"]["facts"]["nodes"] == [{"field": "INDICATOR_OWNERS", "status": "UNREPORTED"}]
    owners = await pool.fetchval(
        "select owner_ids from plan_element where id = 'income' and version_id <> $1", VERSION
    )
    assert owners == ["province:20", "ministry:05"]
    earlier = await pool.fetchval(
        "select owner_ids from plan_element where id = 'income' and version_id = $1", VERSION
    )
    assert earlier == ["province:20"]
