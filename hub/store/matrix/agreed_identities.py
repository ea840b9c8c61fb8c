"""As which project each is counted, without the assertions of agreements that do not count.

An assertion that projects are one activity is stored in them (`counted_as`, ADR 37). Where its
agreement does not count on a basis, the activity is computed without it, by the same rule.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import FromClause

from hub.domain.matrix.layout import MatrixScope
from hub.domain.same_as import AssertionInForce, find_activities
from hub.store.activities import activity_of
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter, values_table
from hub.store.tables import project, same_as, same_as_member

IDS = text_array_parameter("ids")


def identity_of(scope: MatrixScope, project: FromClause) -> tuple[FromClause, Any]:
    """Return `project` with what is needed, and as which project each is counted on a basis."""
    if not scope.agreed.identities:
        return project, activity_of(project)
    changed = values_table(
        "counted_without",
        ("id", sa.Text, [key for key, _ in scope.agreed.identities]),
        ("identity", sa.Text, [identity for _, identity in scope.agreed.identities]),
    )
    joined = project.outerjoin(changed, changed.c.id == project.c.id)
    return joined, sa.func.coalesce(changed.c.identity, activity_of(project))


async def fetch_identities_without(
    transaction: ReadTransaction, assertions: Collection[str], at: datetime | None
) -> tuple[tuple[str, str], ...]:
    """Return projects with that as which each is counted without some assertions, as at an instant.

    Only those for which this differs from what is stored, by id.
    """
    if not assertions:
        return ()
    shown, asserted = table_as_of(project, at), table_as_of(same_as, at)
    keeps = (
        sa.select(shown.c.counted_as)
        .join(same_as_member, same_as_member.c.project_id == shown.c.id)
        .where(same_as_member.c.same_as_id == sa.any_(IDS), shown.c.counted_as.is_not(None))
    )
    found = {row[0] for row in await transaction.fetch_rows(keeps, ids=sorted(assertions))}
    # All projects of an activity with an assertion are counted as the same one.
    members = sa.select(
        shown.c.id, shown.c.duplicate_of, activity_of(shown).label("identity")
    ).where(shown.c.counted_as == sa.any_(IDS))
    rows = await transaction.fetch_rows(members, ids=sorted(found))
    others = (
        sa.select(
            asserted.c.id,
            asserted.c.keep_id,
            sa.func.array_agg(
                aggregate_order_by(same_as_member.c.project_id, same_as_member.c.ordinal)
            ).label("project_ids"),
        )
        .join(same_as_member, same_as_member.c.same_as_id == asserted.c.id)
        .where(asserted.c.undone_at.is_(None), asserted.c.keep_id == sa.any_(IDS))
        .group_by(asserted.c.id, asserted.c.keep_id, asserted.c.created_at)
        .order_by(asserted.c.created_at, asserted.c.id)
    )
    remaining = [
        AssertionInForce(row["id"], row["keep_id"], tuple(row["project_ids"]))
        for row in await transaction.fetch_rows(others, ids=[row["id"] for row in rows])
        if row["id"] not in assertions
    ]
    counted_as = find_activities({row["id"]: row["duplicate_of"] for row in rows}, remaining)
    return tuple(
        (row["id"], identity)
        for row in sorted(rows, key=lambda row: str(row["id"]))
        if (identity := counted_as.get(row["id"]) or row["duplicate_of"] or row["id"])
        != row["identity"]
    )
