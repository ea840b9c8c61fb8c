"""A hub in which a province has proposed linkages that wait for the Ministry of Tourism."""

from typing import Final

from hub.domain.linkage_commands import IssueLookup, LinkageDraft, WorkRequestCreateCommand
from hub.domain.lookups import Lookup
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.commands.acting import Acting
from hub.store.database import Database
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    PROVINCE,
    BothSides,
    insert_issues,
    next_key,
)
from tests.services.same_as.same_activity import SameActivity

PROPOSALS: Final = 30
PLAN: Final = "plan-20-2566-PUBLISHED"
INSERT_PROJECTS: Final = """
insert into project (id, code, name_th, name_en, sort_key, actor_level, owner_id, fiscal_years,
    visibility)
select 'work-' || n, 'MOTS-' || lpad(n::text, 3, '0'),
    'โครงการพัฒนาแหล่งท่องเที่ยวชายฝั่งตะวันออก ระยะที่ ' || n,
    'Project to develop coastal attractions in the East, phase ' || n,
    lpad(n::text, 3, '0'), 'MINISTRY', 'department:05003', '{2023}', 'PUBLISHED'
from generate_series(1, $1::int) n
"""
NAME_ISSUES: Final = """
update issue_revision set name_th = case code
    when '1' then 'พัฒนาการท่องเที่ยวเชิงสร้างสรรค์ให้ได้มาตรฐานสากล'
    else 'ยกระดับเมืองชายฝั่งให้น่าอยู่' end,
    name_en = case code when '1' then 'Develop creative tourism to international standards'
    else 'Make coastal cities more liveable' end
where version_id = $1 || '-v1'
"""
INSERT_MONEY: Final = """
insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, amount, record_id,
    source_id)
select 'work-' || n, 'work-' || n, '20', 2023, 'APPROPRIATED', 'MINISTRY', n::bigint * 123456700,
    r.id, r.source_id
from generate_series(1, $1::int) n, lateral (select id, source_id from source_record limit 1) r
"""


async def insert_work(database: Database) -> None:
    """Insert projects of a department, proposals of Chon Buri for them, and a request for work."""
    # The deck's own linkages of the ministry wait for it as well.
    await database.pool.execute(
        "delete from linkage l using project p where p.id = l.project_id and p.owner_id = $1",
        "ministry:05",
    )
    await insert_issues(database, "20", ["1", "2"])
    await database.pool.execute(NAME_ISSUES, PLAN)
    await database.pool.execute(INSERT_PROJECTS, PROPOSALS)
    await database.pool.execute(INSERT_MONEY, PROPOSALS)
    sides = BothSides(database)
    drafts = [
        LinkageDraft(
            Lookup(key=f"work-{number}"),
            IssueLookup(key=f"{PLAN}-{1 + number % 2}"),
            f"โครงการระยะที่ {number} อยู่ในพื้นที่ชายฝั่งของจังหวัด",
            stage_code="attractions",
        )
        for number in range(1, PROPOSALS + 1)
    ]
    payload = await sides.propose(PROVINCE, *drafts)
    assert not [one for one in payload.results if one.user_errors], payload.results
    request = WorkRequestCreateCommand(
        next_key(),
        area_id="20",
        issue=IssueLookup(key=f"{PLAN}-1"),
        agency_ids=("department:05003",),
        text="ขอให้พัฒนามาตรฐานมัคคุเทศก์ในพื้นที่",
        fiscal_years=FiscalYearRange(FiscalYear(2023), FiscalYear(2024)),
        stage_code="marketing",
    )
    created = await sides.commands.create_request(Acting(PROVINCE), request)
    assert created.request_id is not None, created.user_errors
    await insert_same_activity(database)


async def insert_same_activity(database: Database) -> None:
    """Assert that the first project is one activity with one of another source, and undo another
    assertion about it.
    """
    activity = SameActivity(database)
    for key in ("copy-1", "copy-2"):
        await activity.insert(key, years=[2023])
    undone = await activity.accept(DEPARTMENT, "work-1", "copy-2")
    assert not (await activity.undo(DEPARTMENT, undone)).user_errors
    await activity.accept(DEPARTMENT, "work-1", "copy-1")
