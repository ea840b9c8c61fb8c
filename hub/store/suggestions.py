"""Statements that suggestions are computed from: stage profiles, precedents, unlinked projects."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus, Side
from hub.domain.projects import Project
from hub.domain.record import value
from hub.domain.suggestions.suggestion import SuggestionKey
from hub.store.activities import activity_of
from hub.store.projects import project_of, select_projects
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import linkage, project, project_area, suggestion_dismissal
from hub.store.visibility import PUBLISHED_CONDITION, is_visible

IDS: Final = text_array_parameter("ids")
AREAS: Final = text_array_parameter("areas")
YEARS: Final[sa.BindParameter[Any]] = sa.bindparam("years", type_=ARRAY(sa.SmallInteger))
MAX_PRECEDENTS: Final = 2_000
"""Agreed linkages that are compared with a title; the latest ones."""
MAX_CONSIDERED: Final = 3_000
"""Projects that are ranked for one area or issue; those of the latest years come first."""
OPEN_STATUSES: Final = sa.literal(
    [status.value for status in DEFAULT_LINKAGE_STATUSES], ARRAY(sa.Text)
)

STAMP: Final = f"""
select concat_ws(' ',
    (select concat(count(*), ' ', max(known_from)) from value_chain),
    (select concat(count(*), ' ', max(known_from)) from stage),
    (select concat(count(*), ' ', max(known_from)) from expected_role),
    (select concat(count(*), ' ', max(known_from)) from linkage
        where status = 'AGREED' and {PUBLISHED_CONDITION})
)
"""  # noqa: S608 - constants
PROFILES: Final = """
select c.id as chain_id, c.theme, c.template_id, s.id, s.code, s.name_th, s.group_th,
    coalesce(
        (select array_agg(r.statement_th order by r.id)
            from expected_role r where r.stage_id = s.id),
        '{}'
    ) as roles
from value_chain c join stage s on s.chain_id = c.id
where exists (select from stage other join expected_role on expected_role.stage_id = other.id
        where other.chain_id = c.id)
    or exists (select from issue_revision i where i.chain_id = c.id)
order by c.id, s.ordinal, s.id
"""
PRECEDENTS: Final = f"""
select l.id, p.name_th, s.chain_id, s.code
from linkage l join project p on p.id = l.project_id join stage s on s.id = l.stage_id
where l.status = 'AGREED' and l.{PUBLISHED_CONDITION} and p.{PUBLISHED_CONDITION}
order by l.known_from desc, l.id limit {MAX_PRECEDENTS}
"""  # noqa: S608 - constants


@value
class StageRow:
    """A stage with what is known about it and its chain."""

    chain_id: str
    theme: str | None
    local: bool
    stage_id: str
    code: str
    names: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the key of the stage among all: chain and code."""
        return f"{self.chain_id}/{self.code}"


@value
class Precedent:
    """An agreed and published linkage: the title of its project and the key of its stage."""

    linkage_id: str
    title: str
    stage_key: str


@lru_cache(maxsize=256)
def unlinked_projects(viewer: Viewer, issue_id: str | None) -> sa.Select[Any]:
    """Return the statement for visible projects in `areas` and `years` without an open linkage.

    With `issue_id` without one to that issue. Latest years first, at most `MAX_CONSIDERED`.
    """
    located = sa.select(project_area.c.project_id).where(project_area.c.area_id == sa.any_(AREAS))
    linked = (
        sa.exists()
        .where(
            linkage.c.project_id == project.c.id,
            linkage.c.status == sa.any_(OPEN_STATUSES),
            is_visible(linkage, viewer),
            *([] if issue_id is None else [linkage.c.issue_id == issue_id]),
        )
        .correlate_except(linkage)
    )
    return (
        select_projects(project, viewer)
        .where(
            project.c.id.in_(located),
            project.c.fiscal_years.overlap(YEARS),
            activity_of(project) == project.c.id,
            sa.not_(linked),
            is_visible(project, viewer),
        )
        .order_by(project.c.fiscal_years.desc(), project.c.id)
        .limit(MAX_CONSIDERED)
    )


class SuggestionQueries:
    """What suggestions are computed from, in one request's snapshot.

    Profiles and precedents are published, so they are the same for all viewers.
    """

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def stamp(self) -> str:
        """Return a text that changes whenever profiles or precedents change."""
        [row] = await self._transaction.fetch(STAMP)
        return str(row[0])

    async def profiles(self) -> list[StageRow]:
        """Return the stages of all chains with roles or issues, in the order of each chain."""
        return [
            StageRow(
                row["chain_id"],
                row["theme"],
                row["template_id"] != row["chain_id"],
                row["id"],
                row["code"],
                tuple(filter(None, (row["name_th"], row["group_th"]))),
                tuple(row["roles"]),
            )
            for row in await self._transaction.fetch(PROFILES)
        ]

    async def precedents(self) -> list[Precedent]:
        """Return the latest agreed and published linkages of published projects."""
        return [
            Precedent(row["id"], row["name_th"], f"{row['chain_id']}/{row['code']}")
            for row in await self._transaction.fetch(PRECEDENTS)
        ]

    async def unlinked_projects(
        self, areas: Collection[str], years: Collection[int], issue_id: str | None = None
    ) -> list[Project]:
        """Return visible projects in areas and Common Era years, the latest years first.

        Without an open linkage that the viewer may see; with `issue_id` without one to that issue.
        At most `MAX_CONSIDERED`.
        """
        statement = unlinked_projects(self._viewer, issue_id)
        rows = await self._transaction.fetch_rows(
            statement, areas=sorted(areas), years=sorted(years)
        )
        return [project_of(row, None) for row in rows]

    async def linked_keys(self, project_ids: Sequence[str]) -> set[SuggestionKey]:
        """Return the visible linkages of projects, whatever was decided on them."""
        statement = sa.select(linkage.c.project_id, linkage.c.issue_id, linkage.c.stage_id).where(
            linkage.c.project_id == sa.any_(IDS),
            linkage.c.issue_id.is_not(None),
            linkage.c.status != LinkageStatus.WITHDRAWN.value,
            is_visible(linkage, self._viewer),
        )
        rows = await self._transaction.fetch_rows(statement, ids=list(project_ids))
        return {SuggestionKey(*row) for row in rows}

    async def dismissed(self, project_ids: Sequence[str]) -> dict[SuggestionKey, set[Side]]:
        """Return the dismissed suggestions of projects, with the sides that dismissed them."""
        table = suggestion_dismissal
        statement = sa.select(
            table.c.project_id, table.c.issue_id, table.c.stage_id, table.c.side
        ).where(table.c.project_id == sa.any_(IDS))
        found: dict[SuggestionKey, set[Side]] = {}
        for row in await self._transaction.fetch_rows(statement, ids=list(project_ids)):
            key = SuggestionKey(row["project_id"], row["issue_id"], row["stage_id"] or None)
            found.setdefault(key, set()).add(Side(row["side"]))
        return found
