"""Projects of the tourism ministry, issues of Chon Buri, and the viewers of both sides."""

import itertools
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_commands import (
    IssueLookup,
    LinkageBatchPayload,
    LinkageDecideCommand,
    LinkageDecisionItem,
    LinkageDraft,
    LinkageProposeCommand,
    LinkageShareItem,
    LinkageShareSetCommand,
    LinkageUndoCommand,
    LinkageVersionItem,
    LinkageWithdrawCommand,
)
from hub.domain.linkages import Linkage, LinkageDecision
from hub.domain.lookups import Lookup
from hub.domain.user_errors import UserErrorCode
from hub.services.commands.acting import Acting
from hub.services.linkages.commands import LinkageCommands
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork

SCOPES: Final = frozenset({"linkage:propose", "linkage:decide"})
DEPARTMENT: Final = Viewer("department", "department:05003", SCOPES, client_id="department")
MINISTRY: Final = Viewer("ministry", "ministry:05", SCOPES, client_id="ministry")
OTHER_MINISTRY: Final = Viewer("industry", "ministry:22", SCOPES, client_id="industry")
PROVINCE: Final = Viewer("province", "province:20", SCOPES, client_id="province")
OTHER_PROVINCE: Final = Viewer("rayong", "province:21", SCOPES, client_id="rayong")
FIRST_YEAR: Final = 2023
INSERT_PROJECT: Final = """
insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility)
values ($1, $1, $1, $1, 'MINISTRY', $2, '{2023}', $3)
"""
keys = itertools.count()


async def insert_issues(
    database: Database, area_id: str, codes: Sequence[str], visibility: str = "PUBLISHED"
) -> list[str]:
    """Insert a plan of FY 2566 of an area with issues; return the ids of the issues."""
    plan = f"plan-{area_id}-2566-{visibility}"
    pool = database.pool
    await pool.execute(
        "insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year) "
        "values ($1, 'PROVINCE_DEVELOPMENT', $1, $1, $2, 2023, 2027)",
        plan,
        area_id,
    )
    await pool.execute(
        "insert into plan_version (id, plan_id, number, status, visibility) "
        "values ($1 || '-v1', $1, 1, 'APPROVED', $2)",
        plan,
        visibility,
    )
    for rank, code in enumerate(codes, start=1):
        issue = f"{plan}-{code}"
        await pool.execute("insert into issue (id, plan_id) values ($1, $2)", issue, plan)
        await pool.execute(
            "insert into issue_revision (issue_id, version_id, code, name_th, sort_key, rank, "
            "chain_id) values ($1, $2 || '-v1', $3, $3, $3, $4, 'tourism-east')",
            issue,
            plan,
            code,
            rank,
        )
    return [f"{plan}-{code}" for code in codes]


async def insert_project(
    database: Database,
    project_id: str,
    owner: str = "department:05003",
    visibility: str = "PUBLISHED",
) -> str:
    """Insert a project of FY 2566 without money."""
    await database.pool.execute(INSERT_PROJECT, project_id, owner, visibility)
    return project_id


class BothSides:
    """Sends commands to the service, each with an idempotency key of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commands = LinkageCommands(database)

    async def propose(
        self, viewer: Viewer, *items: LinkageDraft, key: str | None = None, atomic: bool = False
    ) -> LinkageBatchPayload:
        """Propose linkages."""
        command = LinkageProposeCommand(key or next_key(), items, atomic)
        return await self.commands.propose(Acting(viewer), command)

    async def decide(
        self,
        viewer: Viewer,
        linkage: Linkage,
        decision: LinkageDecision,
        reason: str | None = None,
    ) -> LinkageBatchPayload:
        """Decide on one linkage, in the version of the record."""
        item = LinkageDecisionItem(linkage.id, linkage.version, decision, reason)
        return await self.commands.decide(Acting(viewer), LinkageDecideCommand(next_key(), (item,)))

    async def withdraw(self, viewer: Viewer, linkage: Linkage) -> LinkageBatchPayload:
        """Withdraw one linkage."""
        item = LinkageVersionItem(linkage.id, linkage.version)
        command = LinkageWithdrawCommand(next_key(), (item,), "โครงการเปลี่ยน")
        return await self.commands.withdraw(Acting(viewer), command)

    async def undo(self, viewer: Viewer, linkage: Linkage) -> LinkageBatchPayload:
        """Undo the last action on one linkage."""
        item = LinkageVersionItem(linkage.id, linkage.version)
        return await self.commands.undo(Acting(viewer), LinkageUndoCommand(next_key(), (item,)))

    async def set_share(
        self, viewer: Viewer, linkage: Linkage, share: str | None
    ) -> LinkageBatchPayload:
        """Set the share of one linkage."""
        number = None if share is None else Decimal(share)
        item = LinkageShareItem(linkage.id, linkage.version, number)
        command = LinkageShareSetCommand(next_key(), (item,), "ปรับสัดส่วน")
        return await self.commands.set_shares(Acting(viewer), command)

    async def read(self, linkage_id: str | None, viewer: Viewer = MINISTRY) -> Linkage:
        """Return a linkage as it is now."""
        assert linkage_id is not None
        async with self.database.read_transaction() as transaction:
            found = await UnitOfWork(transaction, viewer).linkages.by_id([linkage_id])
        return found[linkage_id]

    async def propose_one(self, viewer: Viewer, item: LinkageDraft) -> Linkage:
        """Propose one linkage that is accepted, and return it."""
        payload = await self.propose(viewer, item)
        assert not payload.user_errors
        assert not payload.results[0].user_errors, payload.results[0].user_errors
        return await self.read(payload.results[0].linkage_id)


def next_key() -> str:
    """Return a new idempotency key."""
    return f"key-{next(keys)}"


def draft(project: str, issue: str, share: str | None = None, **more: Any) -> LinkageDraft:
    """Return a linkage to propose, by the ids of project and issue."""
    return LinkageDraft(
        Lookup(key=project),
        IssueLookup(key=issue),
        "พัฒนาแหล่งท่องเที่ยวของจังหวัด",
        share=None if share is None else Decimal(share),
        **more,
    )


def codes(payload: LinkageBatchPayload) -> list[UserErrorCode | None]:
    """Return the code of the first error of each result; null without one."""
    assert not payload.user_errors, payload.user_errors
    return [one.user_errors[0].code if one.user_errors else None for one in payload.results]
