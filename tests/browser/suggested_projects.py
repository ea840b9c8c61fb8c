"""A hub in which issues of Chon Buri are suggested for projects of a department of tourism."""

from typing import Final

from hub.store.database import Database
from tests.services.linkages.both_sides import insert_issues

COUNT: Final = 26
PREFIX: Final = "suggested-"
INSERT_PROJECTS: Final = """
insert into project (id, code, name_th, name_en, sort_key, actor_level, owner_id, fiscal_years,
    visibility)
select $1 || n, 'DOT-' || lpad(n::text, 3, '0'),
    'ประชาสัมพันธ์การท่องเที่ยวจังหวัดชลบุรี ครั้งที่ ' || n, 'Promote tourism of Chon Buri, part ' || n,
    lpad(n::text, 3, '0'), 'MINISTRY', 'department:05002', '{2023}', 'PUBLISHED'
from generate_series(1, $2::int) n
"""
LOCATE_PROJECTS: Final = """
insert into project_area (project_id, area_id, basis)
select $1 || n, '20', 'UNKNOWN' from generate_series(1, $2::int) n
"""


async def insert_suggested_projects(database: Database) -> None:
    """Insert two issues of the province, and projects there that are not linked."""
    await insert_issues(database, "20", ["1", "2"])
    await database.pool.execute(INSERT_PROJECTS, PREFIX, COUNT)
    await database.pool.execute(LOCATE_PROJECTS, PREFIX, COUNT)
