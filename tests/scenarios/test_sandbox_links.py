"""A ministry links 300 projects of the sandbox by HTTP alone; feed, events and webhook follow.

The receiver of the webhook is killed in the middle and started again.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from hub.sandbox.agency import SandboxAgency
from hub.sandbox.fill import fill_database
from hub.sandbox.fill_plans import fill_plans
from hub.sandbox.records import GeneratedRecords
from hub.settings import Settings
from hub.store.database import Database, open_database
from tests.conftest import copy_database, execute_admin_statement
from tests.hub_thread import hub_in_thread
from tests.jobs.webhook_client import CREATE, ReceiverProcess, find_free_port, run_receiver
from tests.scenarios.running_hub import HttpClient, RunningHub
from tests.scenarios.test_scenarios import decide, follow

RECORDS: Final = 4_000
COUNT: Final = 300
AGREED: Final = 200
REJECTED: Final = 50
CLUSTER: Final = "C2560-08"
AREA: Final = f"gid://hub/Area/{CLUSTER}"
PROJECTS_OF: Final = """
query ($agency: ID!, $after: String) {
  projects(filter: {agencies: [$agency]}, fiscalYears: {from: {be: 2566}}, first: 100,
    after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}
"""
ISSUE: Final = """
query ($area: ID!) {
  issues(area: $area, fiscalYears: {from: {be: 2566}}, first: 10) { nodes { id code } }
}
"""
LINKED: Final = """
query ($issue: ID!) {
  matrix(input: {rows: {dimension: ACTOR_LEVEL}, columns: {dimension: FISCAL_YEAR},
    filter: {issues: [$issue]}, fiscalYears: {from: {be: 2566}}}) { total { projectCount } }
}
"""


async def fill(database: Database) -> None:
    """Fill a database from the sandbox: projects of agencies, and plans of areas."""
    agency = SandboxAgency(GeneratedRecords(RECORDS, 7))
    async for result in fill_database(database, agency, lambda *_: None):
        assert result.error is None, result.error
    await fill_plans(database, agency, datetime.now(UTC).date())


@pytest.fixture
async def hub(template: str, tmp_path: Path) -> AsyncIterator[RunningHub]:
    """Yield a running hub with the projects and plans of the sandbox."""
    dsn = await copy_database(template, "sandbox_links")
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        "127.0.0.1", port, tmp_path, False, dsn, 5, public_url=url, demo=True, rate=0,
        secrets_dir=tmp_path,
    )  # fmt: skip
    (tmp_path / "webhook-key").write_text("a long random text for the tests of webhooks", "utf-8")
    async with open_database(dsn, pool_size=5) as database:
        await fill(database)
        with hub_in_thread(settings, port) as address:
            async with httpx2.AsyncClient(base_url=address, timeout=120) as http:
                yield RunningHub(database, http)
    await execute_admin_statement(template, "drop database sandbox_links with (force)")


async def find_ministry(hub: RunningHub) -> tuple[HttpClient, list[str]]:
    """Return the client of a ministry that has `COUNT` projects of FY 2566, and the projects."""
    owners = await hub.database.pool.fetch(
        "select coalesce(placement.parent_id, p.owner_id) as ministry, count(*) from project p "
        "left join agency_placement placement on placement.agency_id = p.owner_id "
        "where 2023 = any(p.fiscal_years) and p.visibility = 'PUBLISHED' "
        "group by 1 order by 2 desc"
    )
    ministry = next(row["ministry"] for row in owners if row["ministry"].startswith("ministry:"))
    client = await hub.client(ministry)
    ids: list[str] = []
    after: str | None = None
    while len(ids) < COUNT:
        answer = await client.execute(
            PROJECTS_OF, agency=f"gid://hub/Agency/{ministry}", after=after
        )
        ids += [one["id"] for one in answer["projects"]["nodes"]]
        page = answer["projects"]["pageInfo"]
        assert page["hasNextPage"] or len(ids) >= COUNT, len(ids)
        after = page["endCursor"]
    return client, ids[:COUNT]


async def count_linked(client: HttpClient, issue: str) -> int:
    """Return the number of projects that the matrix counts at an issue."""
    answer = await client.execute(LINKED, issue=issue)
    count: int = answer["matrix"]["total"]["projectCount"]
    return count


def batches(items: list[Any], size: int = 100) -> Iterator[list[Any]]:
    """Yield the items in batches, as a client of limited memory sends them."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def check_order(changes: list[tuple[str, int]]) -> None:
    """Check that each version of each linkage is there once, in order."""
    versions: dict[str, list[int]] = defaultdict(list)
    for key, version in changes:
        versions[key].append(version)
    assert len(versions) == COUNT
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    assert len(changes) == COUNT + AGREED + REJECTED


async def receive_all(area: HttpClient, cursor: str) -> list[tuple[str, int]]:
    """Return all changes after a cursor by subscription."""
    found: list[tuple[str, int]] = []
    async with area.subscribe("ListenToLinkages", after=cursor) as events:
        while len(found) < COUNT + AGREED + REJECTED:
            change = (await anext(events))["linkageEvents"]
            found.append((change["id"], change["version"]))
    return found


async def propose_all(ministry: HttpClient, projects: list[str], issue: str) -> list[Any]:
    """Propose a linkage of each project, and return the linkages."""
    linkages: list[Any] = []
    for batch in batches(projects):
        items = [
            {"key": one, "project": {"id": one}, "issue": {"id": issue}, "reason": "อยู่ในพื้นที่"}
            for one in batch
        ]
        answer = (await ministry.send("MinistryProposesLinks", items=items))["linkagePropose"]
        assert [one["userErrors"] for one in answer["results"]] == [[]] * len(batch)
        linkages += [one["linkage"] for one in answer["results"]]
    return linkages


async def decide_all(area: HttpClient, linkages: list[Any]) -> None:
    """Agree to the first linkages, and reject the next ones."""
    decisions = [
        *(decide(one, "AGREE") for one in linkages[:AGREED]),
        *(decide(one, "REJECT") for one in linkages[AGREED : AGREED + REJECTED]),
    ]
    for batch in batches(decisions, 125):
        results = (await area.send("AreaDecides", items=batch))["linkageDecide"]["results"]
        assert [one["userErrors"] for one in results] == [[]] * len(batch)


@pytest.mark.long
async def test_300_links_are_followed_by_feed_subscription_and_a_receiver_that_is_killed(
    hub: RunningHub, tmp_path: Path
) -> None:
    ministry, projects = await find_ministry(hub)
    area = await hub.client(f"cluster:{CLUSTER}")
    [issue, *_] = (await area.execute(ISSUE, area=AREA))["issues"]["nodes"]
    before = await count_linked(area, issue["id"])
    _, cursor = await follow(area)
    async with run_receiver(tmp_path) as receiver:
        created = await area.execute(CREATE, key="hook", url=receiver.url, topics=["LINKAGE"])
        secret = created["webhookCreate"]["secret"]
        await receiver.start(secret)
        listening = asyncio.create_task(receive_all(area, cursor))
        linkages = await propose_all(ministry, projects, issue["id"])
        assert await count_linked(area, issue["id"]) == before + COUNT
        await restart_receiver(receiver, secret, area, linkages)
        assert await count_linked(area, issue["id"]) == before + COUNT - REJECTED
        received = await asyncio.wait_for(listening, 120)
        messages = await receiver.wait_for(COUNT + AGREED + REJECTED)
    read, _ = await follow(area, cursor)
    assert received == [(one["id"], one["version"]) for one in read]
    check_order(received)
    first = {one["id"]: one["data"] for one in reversed(messages)}
    arrived = dict.fromkeys(one["id"] for one in messages)
    check_order([(first[key]["id"], first[key]["version"]) for key in arrived])


async def restart_receiver(
    receiver: ReceiverProcess, secret: str, area: HttpClient, linkages: list[Any]
) -> None:
    """Kill the receiver when it has some messages, decide meanwhile, and start it again."""
    await receiver.wait_for(40)
    await receiver.kill()
    await decide_all(area, linkages)
    await receiver.start(secret)
