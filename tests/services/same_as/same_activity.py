"""Projects of several sources that may be one activity, and the commands of their owners."""

from typing import Any, Final

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.same_as import SameAs, SameAsAssertCommand, SameAsPayload, SameAsUndoCommand
from hub.domain.user_errors import UserErrorCode
from hub.services.commands.acting import Acting
from hub.services.same_as.commands import SameAsCommands
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import MINISTRY, SCOPES, next_key

STEWARD: Final = Viewer("steward", None, frozenset({*SCOPES, "hub:steward"}), client_id="steward")
REASON: Final = "เป็นงานเดียวกัน ยืนยันกับผู้รับผิดชอบแล้ว"
COUNTED: Final = "select id, duplicate_of, counted_as from project where id = any($1) order by id"


class SameActivity:
    """Sends commands, each with an idempotency key of its own, and reads what is counted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commands = SameAsCommands(database)

    async def insert(self, key: str, source: str | None = None, **changes: Any) -> None:
        """Insert a project of FY 2555 of Chon Buri with a budget line of 1,000 baht."""
        values: dict[str, Any] = {
            "owner": "department:05003",
            "years": [2012],
            "visibility": "PUBLISHED",
            "amount": 100_000,
            "name": "ปรับปรุงแหล่งท่องเที่ยวบ้านบางเสร่",
            "parent": None,
            **changes,
        }
        pool = self.database.pool
        source = source or f"source-{key}"
        await pool.execute(
            "insert into source (id, name_th, kind, health) values ($1, $1, 'OWN', 'OK') "
            "on conflict do nothing",
            source,
        )
        await pool.execute(
            "insert into project (id, code, name_th, sort_key, actor_level, owner_id, "
            "fiscal_years, visibility, source_id, parent_id) "
            "values ($1, $1, $2, $1, 'MINISTRY', $3, $4, $5, $6, $7)",
            key,
            values["name"],
            values["owner"],
            values["years"],
            values["visibility"],
            source,
            values["parent"],
        )
        await pool.execute(
            "insert into project_area (project_id, area_id, basis) values ($1, '20', 'UNKNOWN')",
            key,
        )
        await pool.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
            "amount, source_id) values ($1, $1, '20', $2, 'APPROPRIATED', 'MINISTRY', $3, $4)",
            key,
            values["years"][0],
            values["amount"],
            source,
        )

    async def assert_same(
        self, viewer: Viewer, keep: str, *others: str, key: str | None = None
    ) -> SameAsPayload:
        """Assert that projects are one activity, by their ids."""
        lookups: list[Lookup[Project]] = [Lookup(key=one) for one in (keep, *others)]
        command = SameAsAssertCommand(key or next_key(), lookups[0], tuple(lookups[1:]), REASON)
        return await self.commands.assert_same(Acting(viewer), command)

    async def undo(self, viewer: Viewer, same_as_id: str | None, version: int = 1) -> SameAsPayload:
        """Undo an assertion that was read in a version."""
        assert same_as_id is not None
        command = SameAsUndoCommand(next_key(), same_as_id, version, "ตรวจแล้วเป็นคนละงาน")
        return await self.commands.undo(Acting(viewer), command)

    async def accept(self, viewer: Viewer, keep: str, *others: str) -> str:
        """Assert what is accepted, and return the id of the assertion."""
        payload = await self.assert_same(viewer, keep, *others)
        assert not payload.user_errors, payload.user_errors
        assert payload.same_as_id is not None
        return payload.same_as_id

    async def identity(self, key: str, viewer: Viewer = MINISTRY) -> list[SameAs]:
        """Return the assertions about a project that a viewer may see."""
        async with self.database.read_transaction() as transaction:
            found = await UnitOfWork(transaction, viewer).same_as.by_project([key])
        return found[key]

    async def counted(self, *keys: str) -> list[tuple[str, str | None, str | None]]:
        """Return what each project repeats by its source, and as which it is counted."""
        rows = await self.database.pool.fetch(COUNTED, list(keys))
        return [(row["id"], row["duplicate_of"], row["counted_as"]) for row in rows]

    async def list_copies(self, viewer: Viewer = ANONYMOUS) -> dict[str, list[str]]:
        """Return the projects of the DOUBLE_COUNT finding of each project that has one."""
        async with self.database.read_transaction() as transaction:
            found = await UnitOfWork(transaction, viewer).copies.by_project(["a", "b", "c"])
        return {key: [one.id for one in finding.projects] for key, finding in found.items()}


def errors_of(payload: SameAsPayload) -> list[tuple[UserErrorCode, str]]:
    """Return code and field of each error of a command that changed nothing."""
    assert payload.same_as_id is None
    for one in payload.user_errors:
        assert one.message.th
        assert one.message.en
    return [(one.code, ".".join(one.field or [])) for one in payload.user_errors]
