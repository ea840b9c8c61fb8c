"""What the parties negotiate about: projects of a department, and those of a source."""

import random
from typing import Final

from hub.store.database import Database
from tests.ingest.declaring_source import build_declaring, build_linkage, run_declaring
from tests.services.linkages.both_sides import insert_issues, insert_project

PROJECTS: Final = ("p1", "p2", "p3")


async def insert_world(database: Database) -> None:
    """Insert the plan, the issues with their chain, and the projects of a department."""
    await insert_issues(database, "20", ["1", "2"])
    await database.pool.execute("update issue_revision set chain_id = 'tourism'")
    for key in PROJECTS:
        await insert_project(database, key)
    await database.pool.execute(
        "insert into project_area (project_id, area_id, basis) select id, '20', 'UNKNOWN' "
        "from project where id = any($1::text[])",
        list(PROJECTS),
    )


async def read_source(database: Database, chance: random.Random) -> None:
    """Read the source, each time with other declarations and amounts, or without a record."""
    rows = [
        build_declaring(
            number,
            *(build_linkage(issue) for issue in chance.sample("12", chance.randrange(3))),
            year="2566",
            amount=str(chance.randrange(1, 9_999)),
        )
        for number in "123"
        if number != "3" or chance.random() < 0.85
    ]
    await run_declaring(database, *rows, snapshot=f"reading {chance.random()}")
