"""The version of a plan that an agreement produces: a copy with other owners of an indicator."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import Visibility
from hub.domain.plans import PlanStatus
from hub.store.tables import (
    issue_revision,
    plan_alignment,
    plan_element,
    plan_item,
    plan_section,
    plan_target,
)

CONTENT: Final = (
    issue_revision,
    plan_section,
    plan_element,
    plan_target,
    plan_alignment,
    plan_item,
)
"""The tables of a version's content, in the order of their references."""
LATEST: Final = """
select version.id, version.plan_id from plan_element element
join plan_version version on version.id = element.version_id
where element.id = $1 and element.kind = 'INDICATOR' order by version.number desc limit 1
"""
LOCK_PLAN: Final = "select id from plan where id = $1 for no key update"
NEXT_NUMBER: Final = "select max(number) + 1 from plan_version where plan_id = $1"
INSERT_VERSION: Final = """
insert into plan_version (id, plan_id, number, status, visibility, owner_id, supersedes_id,
    vision_th, vision_en, vision_th_origin, vision_en_origin)
select $2, plan_id, $3, $4, $5, owner_id, id, vision_th, vision_en, vision_th_origin,
    vision_en_origin
from plan_version where id = $1
"""


def copy_statement(table: sa.Table) -> str:
    """Return the statement that copies a table's rows of version $1 to version $2.

    Of elements, the owners of the indicator $3 become $4.
    """
    names = [one.name for one in table.c if one.name != "known_from"]
    values = ["$2" if name == "version_id" else name for name in names]
    if table is plan_element:
        owners = "case when id = $3 then $4::text[] else owner_ids end"
        values = [owners if name == "owner_ids" else name for name in values]
    selected = ", ".join(values)
    return (
        f"insert into {table.name} ({', '.join(names)}) "  # noqa: S608 - names of ours
        f"select {selected} from {table.name} where version_id = $1"
    )


async def copy_version(
    connection: asyncpg.Connection, indicator_id: str, owner_ids: Sequence[str]
) -> str | None:
    """Insert a DRAFT of the plan with these owners of an indicator, after its latest version.

    Returns the id of the version; null if no version has the indicator. Its area submits it.
    """
    latest = await connection.fetchrow(LATEST, indicator_id)
    if latest is None:
        return None
    await connection.execute(LOCK_PLAN, latest["plan_id"])
    number = await connection.fetchval(NEXT_NUMBER, latest["plan_id"])
    version_id = f"{latest['plan_id']}-v{number}"
    await connection.execute(
        INSERT_VERSION,
        latest["id"],
        version_id,
        number,
        PlanStatus.DRAFT.name,
        Visibility.PRIVATE.name,
    )
    for table in CONTENT:
        more = (indicator_id, list(owner_ids)) if table is plan_element else ()
        await connection.execute(copy_statement(table), latest["id"], version_id, *more)
    return version_id
