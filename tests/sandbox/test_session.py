"""The session of a demo is ready to be played."""

from hub.domain.identity.viewer import OPERATOR
from hub.domain.sessions.kinds import SessionStatus
from hub.sandbox.session import DELEGATIONS, HOST, prepare_session
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork


async def test_a_demo_has_one_open_session_with_four_delegations(fresh_database: Database) -> None:
    key = await prepare_session(fresh_database)
    assert key is not None
    async with fresh_database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, OPERATOR)
        session = (await unit.sessions.by_id([key]))[key]
        delegations = (await unit.sessions.delegations([key]))[key]
        items = (await unit.sessions.items([key]))[key]
        proposals = (await unit.proposals.by_session([key]))[key]
    assert session.status is SessionStatus.OPEN
    assert {one.agency_id for one in delegations} == {HOST, *(agency for agency, _ in DELEGATIONS)}
    assert any(one.title.startswith("ช่องว่าง") for one in items)
    assert [one.agency_id for one in proposals] == ["ministry:05"]


async def test_a_hub_with_a_session_gets_no_other(fresh_database: Database) -> None:
    assert await prepare_session(fresh_database) is not None
    assert await prepare_session(fresh_database) is None
