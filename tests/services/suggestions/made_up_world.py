"""Issues of Chon Buri and of its cluster, projects there, and how suggestions are requested."""

from collections.abc import Sequence
from typing import Final

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import PageRequest
from hub.domain.suggestions.suggestion import LinkageSuggestions, SuggestFor
from hub.services.suggestions.suggest import suggest
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import PROVINCE, insert_issues

TITLES: Final = {
    "publicity": "ประชาสัมพันธ์การท่องเที่ยวจังหวัดชลบุรี",
    "viewpoint": "ก่อสร้างจุดชมวิวแหล่งท่องเที่ยวเขาสามมุข",
    "school": "ก่อสร้างอาคารเรียนโรงเรียนบ้านบึง",
    "van": "รถตู้โดยสารขนาด 12 ที่นั่ง (ดีเซล)",
}
INSERT_PROJECT: Final = """
insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility)
values ($1, $1, $2, $1, 'MINISTRY', $3, '{2023}', $4)
"""
INSERT_AREA: Final = """
insert into project_area (project_id, area_id, basis) values ($1, $2, 'UNKNOWN')
"""


async def insert_located_project(
    database: Database,
    project_id: str,
    title: str,
    *,
    area_id: str = "20",
    owner: str = "department:05002",
    visibility: str = "PUBLISHED",
) -> None:
    """Insert a project of FY 2566 that acts in an area."""
    await database.pool.execute(INSERT_PROJECT, project_id, title, owner, visibility)
    await database.pool.execute(INSERT_AREA, project_id, area_id)


async def insert_world(database: Database) -> list[str]:
    """Insert the projects of `TITLES`; return the ids of two issues of Chon Buri."""
    issues = await insert_issues(database, "20", ["1", "2"])
    for project_id, title in TITLES.items():
        owner = "department:20004" if project_id == "school" else "department:05002"
        await insert_located_project(database, project_id, title, owner=owner)
    return issues


async def suggestions_for(
    database: Database,
    target: SuggestFor,
    viewer: Viewer = PROVINCE,
    page: PageRequest | None = None,
) -> LinkageSuggestions:
    """Return suggestions in a snapshot of its own."""
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, viewer)
        return await suggest(unit, viewer, target, page or PageRequest(20))


def project_ids(found: LinkageSuggestions) -> Sequence[str]:
    """Return the projects of suggestions, in order."""
    return [one.key.project_id for one in found.suggestions.nodes]


def stage_ids(found: LinkageSuggestions) -> Sequence[str | None]:
    """Return the stages of suggestions, in order."""
    return [one.key.stage_id for one in found.suggestions.nodes]
