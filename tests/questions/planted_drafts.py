"""Inserts drafts for the tests that compare answers with and without them.

A bundle has one owner: a project beside published ones, a duplicate of a published project, a
linkage of a published project, a draft version of a published plan, a plan with only a draft
version, an issue that only those versions contain, a finding, records, source identifiers,
provenance; and the history of earlier versions. Each text and number of a bundle occurs nowhere
else in the database.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from hub.domain.agencies import ActorLevel
from hub.domain.sources.coverage import Coverage
from hub.domain.time import FiscalYear
from hub.store.ingest.session import MARK_SOURCE_SUCCEEDED
from hub.store.record_ids import compute_record_id
from hub.store.tables import metadata

SOURCE: Final = "a-register"
CHAIN: Final = "tourism-east"
MARK: Final = "ซ่อนเร้น"
"""A word of every secret text; `mark` and `amount` of a bundle are its own."""


@dataclass(frozen=True)
class DraftBundle:
    """A bundle's owner, text mark, amount in satang, and visibility."""

    owner: str
    mark: str
    amount: int
    visibility: str = "PRIVATE"


MINISTERIAL: Final = DraftBundle("department:05003", "qqdept", 98_765_432_109)
PROVINCIAL: Final = DraftBundle("province:20", "qqprov", 87_654_321_098)


async def insert_public_source(connection: asyncpg.Connection, at: datetime) -> None:
    """Insert public data beside the reference data: a source with a declared coverage."""
    coverage = Coverage(
        frozenset({ActorLevel.MINISTRY, ActorLevel.PROVINCE}),
        frozenset(),
        frozenset(),
        FiscalYear(2009),
        None,
    )
    await connection.execute(
        "insert into source (id, name_th, kind, health, last_success_at, owner_id, transport, "
        "cadence, covers) values ($1, 'ทะเบียน', 'REGISTER', 'OK', $2, 'ministry:09', 'file', "
        "'DAILY', $3)",
        SOURCE,
        at,
        json.dumps(coverage.dump()),
    )
    for year in (2010, 2012):
        key = f"open-{year}"
        await connection.execute(
            "insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years,"
            " visibility, source_id) values ($1, $1, $1, $1, 'MINISTRY', 'ministry:05', $2, "
            "'PUBLISHED', $3)",
            key,
            [year],
            SOURCE,
        )
        await connection.execute(
            "insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at, "
            "project_id, scope) values ($4, $2, $2, $1, sha256($1::text::bytea), $3, $1, '')",
            key,
            SOURCE,
            at,
            compute_record_id(key),
        )
        await connection.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount,"
            " holder_id, record_id, source_id) values ($1, $1, '21', $2, 'APPROPRIATED', "
            "'MINISTRY', 100, 'ministry:05', $4, $3)",
            key,
            year,
            SOURCE,
            compute_record_id(key),
        )


async def insert_bundle(connection: asyncpg.Connection, bundle: DraftBundle, at: datetime) -> None:
    """Insert a bundle, valid from `at`; then rename its project, which writes history."""
    m, owner, visibility = bundle.mark, bundle.owner, bundle.visibility
    execute = connection.execute
    text = f"โครงการ{MARK} {m}"
    for key, level, repeats, parent in (
        (m, "MINISTRY", None, None),
        (f"{m}-again", "MINISTRY", "s37-01", "s37-02"),
    ):
        await execute(
            "insert into project (id, code, name_th, name_en, sort_key, actor_level, owner_id, "
            "fiscal_years, visibility, duplicate_of, parent_id, source_id, source_key, known_from) "
            "values ($1, $1, $2, $3, $4, $5, $6, '{2010, 2011}', $7, $8, $9, $10, $1, $11)",
            key,
            f"{text} เดิม",
            f"hidden {key}",
            f"ก{key}",
            level,
            owner,
            visibility,
            repeats,
            parent,
            SOURCE,
            at,
        )
        await execute(
            "insert into source_record (id, source_id, scheme, value, url, payload_hash, payload, "
            "retrieved_at, project_id, scope, known_from) "
            "values ($6, $2, $2, $1, $3, sha256($1::text::bytea), '{}', $4, $1, '', $5)",
            key,
            SOURCE,
            f"https://{m}.test",
            datetime(2001, 1, 1, tzinfo=at.tzinfo),
            at,
            compute_record_id(key),
        )
        for area in ("21", "45"):
            await execute(
                "insert into project_area (project_id, area_id, basis, known_from) "
                "values ($1, $2, 'UNKNOWN', $3)",
                key,
                area,
                at,
            )
        for year in (2010, 2011):
            await execute(
                "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
                "amount, record_id, source_id, known_from) values "
                "($1, $2, '21', $3, 'APPROPRIATED', 'LOAN', $4, $7, $5, $6)",
                f"{key}-{year}",
                key,
                year,
                bundle.amount + year,
                SOURCE,
                at,
                compute_record_id(key),
            )
        await execute(
            "insert into external_id (scheme, value, subject, known_from) values ($1, $2, $3, $4)",
            "emenscr",
            f"ext-{key}",
            f"gid://hub/Project/{key}",
            at,
        )
        await execute(
            "insert into provenance (subject, ordinal, source_id, record_id, asserted, citation, "
            "known_from) values ($1, 0, $2, $3, 'REPORTED', $4, $5)",
            f"gid://hub/Project/{key}",
            SOURCE,
            compute_record_id(key),
            text,
            at,
        )
    await insert_plans(connection, bundle, at)
    for key, project, issue, stage, status in (
        (f"{m}-link", m, "s42-east-1", f"{CHAIN}.marketing", "DISPUTED"),
        (f"{m}-link-again", f"{m}-again", "s42-east-1", f"{CHAIN}.transport", "DISPUTED"),
        (f"{m}-link-open", "s37-13", "s42-east-2", f"{CHAIN}.marketing", "DISPUTED"),
        (f"{m}-link-own", "s37-15", f"{m}-issue", f"{CHAIN}.marketing", "DISPUTED"),
        # Waits for both sides: a task of the owner, and of the centre of the cluster.
        (f"{m}-link-waiting", m, "s42-east-2", f"{CHAIN}.transport", "PROPOSED"),
    ):
        await execute(
            "insert into linkage (id, project_id, issue_id, stage_id, status, visibility, share, "
            "reasons, proposed_by_id, known_from, created_at) values "
            "($1, $2, $3, $4, $9, $5, 0.123, $6, $7, $8, $8)",
            key,
            project,
            issue,
            stage,
            visibility,
            f'[{{"code": "{m}", "th": "{text}", "weight": 0.5}}]',
            owner,
            at,
            status,
        )
    await execute(
        "insert into finding (id, kind, severity, summary_th) values ($1, 'OVERLAP', 1, $2)",
        m,
        text,
    )
    for project in (m, "s37-05"):
        await execute(
            "insert into finding_subject (finding_id, project_id) values ($1, $2)", m, project
        )
    await execute("update project set name_th = $2 where id = $1", m, text)


async def insert_plans(connection: asyncpg.Connection, bundle: DraftBundle, at: datetime) -> None:
    """Insert another version of the eastern plan with an issue of its own, and a new plan."""
    m, execute = bundle.mark, connection.execute
    text = f"แผน{MARK} {m}"
    await execute(
        "insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year, "
        "known_from) values ($1, 'CLUSTER_DEVELOPMENT', $2, $2, 'C2552-09', 2010, 2013, $3)",
        f"{m}-plan",
        text,
        at,
    )
    number = 2 if m == MINISTERIAL.mark else 3
    for key, plan, at_number in (
        (f"{m}-v", "plan-C2552-09-2553", number),
        (f"{m}-plan-v", f"{m}-plan", 1),
    ):
        await execute(
            "insert into plan_version (id, plan_id, number, status, visibility, owner_id, "
            "vision_th, known_from) values ($1, $2, $3, 'DRAFT', $4, $5, $6, $7)",
            key,
            plan,
            at_number,
            bundle.visibility,
            bundle.owner,
            text,
            at,
        )
    await execute(
        "insert into issue (id, plan_id, known_from) values ($1, 'plan-C2552-09-2553', $2)",
        f"{m}-issue",
        at,
    )
    for issue, rank in (("s42-east-1", 2), (f"{m}-issue", 1)):
        await execute(
            "insert into issue_revision (issue_id, version_id, code, name_th, sort_key, rank, "
            "theme, chain_id, known_from) values ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
            issue,
            f"{m}-v",
            f"{m}-{rank}",
            text,
            rank,
            m,
            CHAIN,
            at,
        )
    await execute(
        "insert into work_request (id, area_id, agency_id, issue_id, text, first_year, last_year, "
        "created_at, known_from) values ($1, '21', $2, $3, $4, 2011, 2012, $5, $5)",
        f"{m}-request",
        bundle.owner,
        f"{m}-issue",
        text,
        at,
    )


async def align_times(connection: asyncpg.Connection, at: datetime) -> None:
    """Set `known_from` and `created_at` of every row written after `at` to one instant.

    Without it `updatedAt` and `createdAt` would differ between databases filled one after another.
    """
    await connection.execute("set local session_replication_role = replica")
    for table in metadata.sorted_tables:
        if "known_from" in table.c:
            await connection.execute(
                f"update {table.name} set known_from = $1 where known_from > $2",  # noqa: S608 - our tables
                at + timedelta(microseconds=1),
                at,
            )
    for name in ("linkage", "plan_version"):
        await connection.execute(
            f"update {name} set created_at = $1 where created_at > $2",  # noqa: S608 - as above
            at + timedelta(microseconds=1),
            at,
        )


async def finish_run(connection: asyncpg.Connection, at: datetime) -> None:
    """Complete a run of the register over the current rows."""
    await connection.execute(MARK_SOURCE_SUCCEEDED, SOURCE, "digest")
    await connection.execute(
        "update source set last_success_at = $2, known_from = known_from where id = $1", SOURCE, at
    )
