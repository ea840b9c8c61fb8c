"""The feed of changes: each once, in the order of commits, and only what the viewer may know."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.changes import ChangeTopic, FeedPosition, decode_position, encode_position
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.errors import CursorExpired, Invalid
from hub.store.changes import number_changes, prune_changes
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import insert_issues, insert_project
from tests.store.change_writers import INSERT_LINKAGE, RAISE_VERSION, FeedReader, subjects

LINKAGE = ChangeTopic.LINKAGE


@pytest.fixture
async def linked(fresh_database: Database) -> Database:
    """Return a database with linkages l0 to l5 of project p1, which the feed has reported."""
    issues = await insert_issues(fresh_database, "20", [str(number) for number in range(6)])
    await insert_project(fresh_database, "p1")
    for number, issue in enumerate(issues):
        await fresh_database.pool.execute(INSERT_LINKAGE, f"l{number}", "p1", issue)
    return fresh_database


async def follow_from_now(database: Database, viewer: Viewer = ANONYMOUS) -> FeedReader:
    """Return a reader that has received everything so far."""
    reader = FeedReader(database, viewer, LINKAGE)
    await reader.read()
    reader.changes.clear()
    return reader


async def test_transaction_that_commits_late_is_not_missed(linked: Database) -> None:
    reader = await follow_from_now(linked)
    late, early = await linked.pool.acquire(), await linked.pool.acquire()
    first = late.transaction()
    await first.start()
    await late.execute(RAISE_VERSION, "l0")
    await early.execute(RAISE_VERSION, "l1")
    assert subjects(await reader.read()) == [("l1", 2)]
    await first.commit()
    assert subjects(await reader.read()) == [("l0", 2)]
    assert await reader.read() == []
    for connection in (late, early):
        await linked.pool.release(connection)


async def test_older_transaction_that_changes_a_thing_last_is_reported_last(
    linked: Database,
) -> None:
    reader = await follow_from_now(linked)
    older, newer = await linked.pool.acquire(), await linked.pool.acquire()
    first = older.transaction()
    await first.start()
    await older.execute(RAISE_VERSION, "l5")  # the older transaction id
    await newer.execute(RAISE_VERSION, "l0")
    await older.execute(RAISE_VERSION, "l0")
    await first.commit()
    changes = subjects(await reader.read())
    assert [one for one in changes if one[0] == "l0"] == [("l0", 2), ("l0", 3)]
    for connection in (older, newer):
        await linked.pool.release(connection)


async def test_rolled_back_change_is_not_reported(linked: Database) -> None:
    reader = await follow_from_now(linked)
    async with linked.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(RAISE_VERSION, "l0")
        await transaction.rollback()
    assert await reader.read() == []


async def test_concurrent_writers_are_reported_once_and_in_order_per_thing(
    linked: Database,
) -> None:
    reader = await follow_from_now(linked)
    numbers = random.Random(4)  # noqa: S311 - reproducible
    done = asyncio.Event()

    async def _write(writer: random.Random) -> None:
        for _ in range(15):
            first, second = sorted(writer.sample(range(6), 2))
            async with linked.write_transaction() as connection:
                await connection.execute(RAISE_VERSION, f"l{first}")
                await asyncio.sleep(writer.random() / 100)
                await connection.execute(RAISE_VERSION, f"l{second}")
                await asyncio.sleep(writer.random() / 100)

    async def _read() -> None:
        while not done.is_set():
            await reader.read(page_size=numbers.randint(1, 7))
            await asyncio.sleep(0.002)

    reading = asyncio.create_task(_read())
    writers = [random.Random(seed) for seed in range(3)]  # noqa: S311 - reproducible
    await asyncio.gather(*map(_write, writers))
    done.set()
    await reading
    await reader.read()
    for number in range(6):
        last = await linked.pool.fetchval("select version from linkage where id = $1", f"l{number}")
        versions = [one.version for one in reader.changes if one.subject_id == f"l{number}"]
        assert versions == list(range(2, last + 1))
    positions = [one.position for one in reader.changes]
    assert positions == sorted(set(positions))


async def test_project_is_reported_once_per_transaction(linked: Database) -> None:
    reader = FeedReader(linked, ANONYMOUS, ChangeTopic.PROJECT)
    await reader.read()
    async with linked.write_transaction() as connection:
        await connection.execute("update project set name_th = 'ก' where id = 'p1'")
        await connection.execute("update project set name_th = 'ข' where id = 'p1'")
        await connection.execute(
            "insert into project_area (project_id, area_id, basis) values ('p1', '20', 'REPORTED')"
        )
    assert subjects(await reader.read()) == [("p1", None)]


DEPARTMENT = Viewer("d", "department:05003")
PROVINCE = Viewer("p", "province:20")
OTHER = Viewer("o", "province:21")
STEWARD = Viewer("s", None, frozenset({Permission.STEWARD.value}))
VIEWERS = (ANONYMOUS, DEPARTMENT, PROVINCE, OTHER, STEWARD)


async def read_all(database: Database, viewer: Viewer) -> list[tuple[str, bool]]:
    """Return subject and visibility of every change that a viewer learns of."""
    changes = await FeedReader(database, viewer, LINKAGE, ChangeTopic.PROJECT).read()
    return [(one.subject_id, one.is_visible) for one in changes]


async def test_hidden_linkage_is_reported_as_gone_only_to_those_who_could_see_it(
    linked: Database,
) -> None:
    readers = {viewer.subject: await follow_from_now(linked, viewer) for viewer in VIEWERS}
    await linked.pool.execute("update linkage set visibility = 'PRIVATE' where id = 'l0'")
    for viewer in VIEWERS:
        [change] = await readers[viewer.subject].read()
        assert change.subject_id == "l0"
        assert change.is_visible == (viewer in (DEPARTMENT, PROVINCE, STEWARD))
    await linked.pool.execute(RAISE_VERSION, "l0")  # while it is hidden
    informed = [viewer for viewer in VIEWERS if await readers[viewer.subject].read()]
    assert informed == [DEPARTMENT, PROVINCE, STEWARD]
    await linked.pool.execute("delete from linkage where id = 'l0'")
    informed = [viewer for viewer in VIEWERS if await readers[viewer.subject].read()]
    assert informed == [DEPARTMENT, PROVINCE, STEWARD]


async def test_linkages_of_a_project_that_is_hidden_are_reported(linked: Database) -> None:
    reader = await follow_from_now(linked, OTHER)
    await linked.pool.execute("update project set visibility = 'PRIVATE' where id = 'p1'")
    changes = await reader.read()
    assert {one.subject_id for one in changes} == {f"l{number}" for number in range(6)}
    assert not any(one.is_visible for one in changes)


async def test_draft_is_never_reported_to_others(linked: Database) -> None:
    await insert_project(linked, "draft", visibility="PRIVATE")
    issue = await linked.pool.fetchval("select issue_id from linkage where id = 'l0'")
    await linked.pool.execute(
        "insert into linkage (id, project_id, issue_id, status, visibility, proposed_by_id, "
        "proposed_side) values ('of-draft', 'draft', $1, 'SUGGESTED', 'PRIVATE', "
        "'department:05003', 'FUNCTION')",
        issue,
    )
    await linked.pool.execute("delete from linkage where id = 'of-draft'")
    await linked.pool.execute("delete from project where id = 'draft'")
    drafts = {"draft", "of-draft"}
    informed = [v for v in VIEWERS if drafts & {key for key, _ in await read_all(linked, v)}]
    assert informed == [DEPARTMENT, STEWARD]


async def test_cursor_is_the_same_while_only_hidden_things_change(linked: Database) -> None:
    reader = await follow_from_now(linked, OTHER)
    cursor = reader.cursor
    await insert_project(linked, "draft", visibility="PRIVATE")
    issue = await linked.pool.fetchval("select issue_id from linkage where id = 'l0'")
    await linked.pool.execute(INSERT_LINKAGE, "hidden", "draft", issue)
    assert await reader.read() == []
    assert reader.cursor == cursor


async def test_expired_and_foreign_cursors_are_refused(linked: Database) -> None:
    reader = FeedReader(linked)
    await reader.read(page_size=2)
    first = reader.changes[0].cursor
    await linked.pool.execute("update change set at = at - interval '100 days' where position < 4")
    await prune_changes(linked)
    with pytest.raises(CursorExpired):
        await FeedReader(linked, cursor=first).read()
    fourth = await FeedReader(linked).read()
    assert min(one.position for one in fourth) == 4
    with pytest.raises(Invalid):
        await FeedReader(linked, cursor="WzBd").read()


async def test_cursor_that_is_used_every_day_does_not_expire(linked: Database) -> None:
    reader = await follow_from_now(linked, OTHER)
    async with linked.read_transaction() as transaction:
        feed = UnitOfWork(transaction, OTHER).changes
        later = datetime.now(UTC) + timedelta(days=31)
        assert reader.cursor is not None
        page = await feed.read((LINKAGE,), None, 10, later, after=reader.cursor)
        head = await feed.head()
    assert page.changes == []
    assert page.cursor != reader.cursor
    assert decode_position(page.cursor, head.key).position == head.position


@pytest.mark.parametrize("position", [0, 1, 2**31, 2**47])
def test_cursor_of_a_position_is_decoded_with_the_same_key_alone(position: int) -> None:
    at = FeedPosition(position, datetime.now(UTC).date())
    cursor = encode_position(at, b"key")
    assert decode_position(cursor, b"key") == at
    with pytest.raises(Invalid):
        decode_position(cursor, b"other")


async def test_each_change_has_one_position_when_several_nodes_number(
    linked: Database,
) -> None:
    for number in range(6):
        await linked.pool.execute(RAISE_VERSION, f"l{number}")
    await asyncio.gather(*(number_changes(linked) for _ in range(4)))
    positions = [
        row[0] for row in await linked.pool.fetch("select position from change order by 1")
    ]
    assert positions == list(range(1, len(positions) + 1))
