"""Random writes to every table on which the rollup depends."""

import random
from collections.abc import Callable

import asyncpg

from hub.store.database import Database

AREAS = ("20", "21", "22", None)
SOURCES = ("opdc-deck-2553", "royal-gazette", "buranakan")
OWNERS = ("ministry:22", "department:BOI", None)

Write = Callable[[random.Random], tuple[str, list[object]]]


def project_id(chance: random.Random) -> str:
    return f"p{chance.randrange(12)}"


def visibility(chance: random.Random) -> str:
    return chance.choice(("PUBLISHED", "PUBLISHED", "PUBLISHED", "LISTED", "PRIVATE"))


def add_line(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount, "
        "source_id) select $1, id, $3, $4, $5, $6, $7, nullif($8, '') from project where id = $2"
    )
    return statement, [
        f"line-{chance.getrandbits(48)}",
        project_id(chance),
        chance.choice(AREAS),
        chance.choice((2010, 2011, 2012)),
        chance.choice(("APPROPRIATED", "DISBURSED")),
        chance.choice(("MINISTRY", "LOAN")),
        chance.randrange(1, 10**12),
        chance.choice(("", "", "", "opdc-deck-2553")),
    ]


def correct_lines(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update budget_line set amount = amount + 1, area_id = $2 where project_id = $1",
        [project_id(chance), chance.choice(AREAS)],
    )


def delete_lines(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from budget_line where project_id = $1", [project_id(chance)]


def publish(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update project set visibility = $2, owner_id = $3 where id = $1",
        [project_id(chance), visibility(chance), chance.choice(OWNERS)],
    )


def move_area(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into project_area (project_id, area_id, basis) values ($1, $2, 'UNKNOWN') "
        "on conflict do nothing"
    )
    return statement, [project_id(chance), chance.choice(("20", "21", "38"))]


def leave_areas(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from project_area where project_id = $1", [project_id(chance)]


def report_again(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update project set duplicate_of = $2 where id = $1 and id <> $2",
        [project_id(chance), chance.choice((None, "p0", "p1"))],
    )


def assert_same(chance: random.Random) -> tuple[str, list[object]]:
    return (
        "update project set counted_as = $2 where id in ($1, $2)",
        [project_id(chance), chance.choice(("p2", "p3"))],
    )


def implement(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into project_implementer (project_id, ordinal, agency_id) values ($1, $2, $3) "
        "on conflict (project_id, ordinal) do update set agency_id = excluded.agency_id"
    )
    return statement, [project_id(chance), chance.randrange(2), chance.choice(OWNERS[:2])]


def link(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into linkage (id, project_id, issue_id, status, visibility) "
        "values ($1, $2, 's42-east-1', $3, $4)"
    )
    return statement, [
        f"link-{chance.getrandbits(48)}",
        project_id(chance),
        chance.choice(("SUGGESTED", "PROPOSED", "AGREED", "DISPUTED")),
        visibility(chance),
    ]


def unlink(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from linkage where project_id = $1", [project_id(chance)]


def shift_years(chance: random.Random) -> tuple[str, list[object]]:
    years = sorted(chance.sample((2010, 2011, 2012, 2013), chance.randrange(3)))
    return "update project set fiscal_years = $2 where id = $1", [project_id(chance), years]


def find_overlap(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into finding_subject (finding_id, project_id) values ('overlap', $1) "
        "on conflict do nothing"
    )
    return statement, [project_id(chance)]


def cite(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into provenance (subject, ordinal, source_id, asserted) "
        "values ('gid://hub/Project/' || $1::text, $2, $3, 'REPORTED') "
        "on conflict (hashtextextended(subject, 0), ordinal) "
        "do update set source_id = excluded.source_id"
    )
    return statement, [project_id(chance), chance.randrange(2), chance.choice(SOURCES)]


def cite_parts(chance: random.Random) -> tuple[str, list[object]]:
    statement = (
        "insert into provenance (subject, ordinal, source_id, asserted) "
        "select 'gid://hub/Linkage/' || id, 0, $2, 'REPORTED' from linkage where project_id = $1 "
        "union all "
        "select 'gid://hub/BudgetLine/' || id, 0, $3, 'REPORTED' from budget_line "
        "where project_id = $1 on conflict (hashtextextended(subject, 0), ordinal) do nothing"
    )
    return statement, [project_id(chance), *chance.choices(SOURCES, k=2)]


def withdraw_citation(chance: random.Random) -> tuple[str, list[object]]:
    return "delete from provenance where subject = 'gid://hub/Project/' || $1", [project_id(chance)]


WRITES: list[Write] = [
    cite,
    cite_parts,
    withdraw_citation,
    add_line,
    add_line,
    add_line,
    correct_lines,
    delete_lines,
    publish,
    move_area,
    leave_areas,
    report_again,
    assert_same,
    implement,
    link,
    unlink,
    shift_years,
    find_overlap,
]


async def insert_projects(database: Database) -> None:
    async with database.write_transaction() as connection:
        for number in range(12):
            await connection.execute(
                "insert into project (id, name_th, sort_key, fiscal_years, visibility, owner_id) "
                "values ($1, $1, $1, '{2011,2012}', 'PUBLISHED', 'department:BOI')",
                f"p{number}",
            )
        await connection.execute(
            "insert into finding (id, kind, severity, summary_th) "
            "values ('overlap', 'OVERLAP', 1, 'ซ้ำ')"
        )


async def write_randomly(database: Database, chance: random.Random, count: int) -> None:
    """Write `count` times, a few statements per transaction; a refused one is rolled back."""
    for _ in range(count):
        try:
            async with database.write_transaction() as connection:
                for write in chance.choices(WRITES, k=chance.randrange(1, 4)):
                    statement, values = write(chance)
                    await connection.execute(statement, *values)
        except (asyncpg.DeadlockDetectedError, asyncpg.IntegrityConstraintViolationError):
            pass
