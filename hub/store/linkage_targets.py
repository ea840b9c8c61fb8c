"""Find what items of a batch name: projects, issues and stages, a few statements for all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer, Visibility
from hub.domain.linkage_commands import IssueLookup
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.record import value
from hub.store.issue_wordings import visible_issue_wordings
from hub.store.project_lookups import project_id_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import external_id, issue_revision, plan_version, project, source_record
from hub.store.visibility import is_visible, unpublished_columns

IDS: Final = text_array_parameter("ids")
CODES: Final = text_array_parameter("codes")
SCHEMES: Final = text_array_parameter("schemes")
VALUES: Final = text_array_parameter("values")
AREAS: Final = text_array_parameter("areas")
YEARS: Final = sa.bindparam("years", type_=ARRAY(sa.Integer))
PROJECT_PREFIX: Final = str(GlobalId("Project", ""))
ISSUE_PREFIX: Final = str(GlobalId("StrategicIssue", ""))
SELECT_STAGES: Final = """
select chain_id, code, id from stage
where (chain_id, code) in (select * from unnest($1::text[], $2::text[]))
"""


@value
class TargetProject:
    """A project that the viewer may see, with what a proposal needs of it."""

    id: str
    owner_id: str | None
    visibility: Visibility


@value
class TargetIssue:
    """An issue that the viewer may see; `published`: a published version of its plan has it."""

    id: str
    chain_id: str | None
    published: bool


def unnest_arrays(
    name: str, *columns: tuple[str, sa.BindParameter[Any], Any]
) -> sa.TableValuedAlias:
    """Return array parameters as a table of a statement, a column for each."""
    return (
        sa.func.unnest(*(parameter for _, parameter, _ in columns))
        .table_valued(
            *(sa.column(column, column_type) for column, _, column_type in columns), name=name
        )
        .render_derived(name)
    )


@lru_cache(maxsize=256)
def target_projects(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for visible projects by `ids`, `codes`, or `schemes` with `values`.

    `found_by`, `found_scheme` and `found_value` are what a row was found by.
    """
    text = sa.Text
    named = unnest_arrays("named", ("scheme", SCHEMES, text), ("value", VALUES, text))
    by_id = sa.select(
        sa.literal("id", text).label("found_by"),
        sa.literal("", text).label("scheme"),
        project.c.id.label("value"),
        project.c.id.label("project_id"),
    ).where(project.c.id == sa.any_(IDS))
    by_code = sa.select(
        sa.literal("code", text), sa.literal("", text), project.c.code, project.c.id
    ).where(project.c.code == sa.any_(CODES))
    external = sa.literal("external", text)
    by_name = sa.select(
        external, named.c.scheme, named.c.value, project_id_of(external_id.c.subject)
    ).join_from(
        named,
        external_id,
        sa.and_(
            external_id.c.scheme == named.c.scheme,
            external_id.c.value == named.c.value,
            external_id.c.subject.startswith(PROJECT_PREFIX),
        ),
    )
    by_record = sa.select(
        external, named.c.scheme, named.c.value, source_record.c.project_id
    ).join_from(
        named,
        source_record,
        sa.and_(source_record.c.scheme == named.c.scheme, source_record.c.value == named.c.value),
    )
    by_key = sa.select(external, named.c.scheme, named.c.value, project.c.id).join_from(
        named,
        project,
        sa.and_(project.c.source_id == named.c.scheme, project.c.source_key == named.c.value),
    )
    found = sa.union(by_id, by_code, by_name, by_record, by_key).subquery("found")
    return (
        sa.select(
            found,
            project.c.owner_id,
            project.c.visibility,
            *unpublished_columns("Project", project.c.id, project, viewer),
        )
        .join(project, project.c.id == found.c.project_id)
        .where(is_visible(project, viewer))
    )


@lru_cache(maxsize=256)
def target_issues(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for visible issues by `ids`, or by `areas`, `years` and `codes`, or by
    `schemes` and `values`.

    By area, year and code only the current versions of plans are searched. A row has what it was
    found by: `found_by`, `first` (area or scheme), `year`, `value`.
    """
    wording = visible_issue_wordings(viewer, None).subquery("wording")
    text, no_year = sa.Text, sa.literal(0, sa.Integer)
    named = unnest_arrays(
        "named", ("area", AREAS, text), ("year", YEARS, sa.Integer), ("code", CODES, text)
    )
    external = unnest_arrays("external", ("scheme", SCHEMES, text), ("value", VALUES, text))
    by_id = sa.select(
        sa.literal("id", text).label("found_by"),
        sa.literal("", text).label("first"),
        no_year.label("year"),
        wording.c.issue_id.label("value"),
        wording.c.issue_id,
    ).where(wording.c.issue_id == sa.any_(IDS))
    by_plan = sa.select(
        sa.literal("plan", text), named.c.area, named.c.year, named.c.code, wording.c.issue_id
    ).join_from(
        named,
        wording,
        sa.and_(
            wording.c.area_id == named.c.area,
            wording.c.code == named.c.code,
            wording.c.first_year <= named.c.year,
            wording.c.last_year >= named.c.year,
            wording.c.in_use,
        ),
    )
    by_external = sa.select(
        sa.literal("external", text), external.c.scheme, no_year, external.c.value,
        wording.c.issue_id,
    ).select_from(
        external.join(
            external_id,
            sa.and_(
                external_id.c.scheme == external.c.scheme,
                external_id.c.value == external.c.value,
                external_id.c.subject.startswith(ISSUE_PREFIX),
            ),
        ).join(wording, sa.literal(ISSUE_PREFIX, text).concat(wording.c.issue_id)
               == external_id.c.subject)
    )  # fmt: skip
    found = sa.union(by_id, by_plan, by_external).subquery("found")
    latest = visible_issue_wordings(viewer, None).subquery("latest")
    chain = (
        sa.select(latest.c.chain_id)
        .where(latest.c.issue_id == found.c.issue_id)
        .order_by(latest.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    published = (
        sa.exists()
        .select_from(
            issue_revision.join(plan_version, plan_version.c.id == issue_revision.c.version_id)
        )
        .where(
            issue_revision.c.issue_id == found.c.issue_id,
            plan_version.c.visibility == Visibility.PUBLISHED.value,
        )
    )
    return sa.select(found, chain.label("chain_id"), published.label("published"))


async def find_projects(
    connection: asyncpg.Connection, viewer: Viewer, lookups: Iterable[Lookup[Project]]
) -> dict[Lookup[Project], list[TargetProject]]:
    """Return the visible projects of each lookup, by id; several if a code is ambiguous."""
    wanted = list(dict.fromkeys(lookups))
    externals = [one for one in wanted if one.scheme is not None]
    rows = await ReadTransaction.from_connection(connection).fetch_rows(
        target_projects(viewer.without_session()),
        ids=[one.key for one in wanted if one.key],
        codes=[one.code for one in wanted if one.code],
        schemes=[one.scheme for one in externals],
        values=[one.value for one in externals],
    )
    found: dict[tuple[str, str, str], list[TargetProject]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["project_id"])):
        target = TargetProject(row["project_id"], row["owner_id"], Visibility(row["visibility"]))
        found[row["found_by"], row["scheme"], row["value"]].append(target)
    return {one: found[project_lookup_key(one)] for one in wanted}


def project_lookup_key(lookup: Lookup[Project]) -> tuple[str, str, str]:
    """Return what a row is found by for a lookup."""
    if lookup.key:
        return "id", "", lookup.key
    if lookup.scheme is not None:
        return "external", lookup.scheme, lookup.value or ""
    return "code", "", lookup.code or ""


async def find_issues(
    connection: asyncpg.Connection, viewer: Viewer, lookups: Iterable[IssueLookup]
) -> dict[IssueLookup, list[TargetIssue]]:
    """Return the visible issues of each lookup, by id; several if a code is ambiguous."""
    wanted = list(dict.fromkeys(lookups))
    in_plans = [one for one in wanted if one.area is not None]
    externals = [one for one in wanted if one.scheme is not None]
    rows = await ReadTransaction.from_connection(connection).fetch_rows(
        target_issues(viewer.without_session()),
        ids=[one.key for one in wanted if one.key],
        areas=[one.area for one in in_plans],
        years=[one.year.ce if one.year else 0 for one in in_plans],
        codes=[one.code for one in in_plans],
        schemes=[one.scheme for one in externals],
        values=[one.value for one in externals],
    )
    found: dict[tuple[str, str, int, str], list[TargetIssue]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["issue_id"])):
        target = TargetIssue(row["issue_id"], row["chain_id"], row["published"])
        found[row["found_by"], row["first"], row["year"], row["value"]].append(target)
    return {one: found[issue_lookup_key(one)] for one in wanted}


def issue_lookup_key(lookup: IssueLookup) -> tuple[str, str, int, str]:
    """Return what a row is found by for a lookup."""
    if lookup.key:
        return "id", "", 0, lookup.key
    if lookup.scheme is not None:
        return "external", lookup.scheme, 0, lookup.value or ""
    return "plan", lookup.area or "", lookup.year.ce if lookup.year else 0, lookup.code or ""


async def find_stages(
    connection: asyncpg.Connection, stages: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Return ids of stages by chain and code; unknown ones are absent."""
    rows = await connection.fetch(
        SELECT_STAGES, [chain for chain, _ in stages], [code for _, code in stages]
    )
    return {(row["chain_id"], row["code"]): row["id"] for row in rows}
