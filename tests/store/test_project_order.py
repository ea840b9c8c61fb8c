"""Properties: pages of an ordered list are the whole list, sorted; amounts are those of figures."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase
from hub.domain.paging import decode_cursor
from hub.domain.project_cursors import page_of_order
from hub.domain.projects import Direction, Project, ProjectOrder, ProjectOrderField
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.errors import Invalid
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.long_run import costly_examples
from tests.services.matrix.generated_world import GeneratedProject, World, worlds
from tests.services.matrix.test_compute_matrix import open_world

PROPERTY = settings(
    max_examples=costly_examples(),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
orders = st.builds(
    ProjectOrder,
    st.sampled_from(ProjectOrderField),
    st.sampled_from(BudgetPhase),
    st.sampled_from(Direction),
)
year_ranges = st.sampled_from(
    [
        None,
        FiscalYearRange(FiscalYear(2011), FiscalYear(2011)),
        FiscalYearRange(FiscalYear(2010), FiscalYear(2011)),
    ]
)


def expected_amount(
    project: GeneratedProject, phase: BudgetPhase, years: FiscalYearRange | None
) -> int | None:
    """Return the sum of a phase: per year of one source, the project's own first."""
    first, last = (years.first.ce, years.last.ce) if years else (0, 9999)
    amounts: list[int] = []
    for year in {line.year for line in project.lines if first <= line.year <= last}:
        lines = [line for line in project.lines if line.year == year and line.phase is phase]
        sources = {line.source for line in lines}
        counted = (
            project.source
            if project.source in sources
            else min(sources, key=lambda one: (one is None, one or ""), default=None)
        )
        amounts += [line.amount for line in lines if line.source == counted]
    return sum(amounts) if amounts else None


async def fetch_all(
    unit: UnitOfWork, order: ProjectOrder, years: FiscalYearRange | None, size: int
) -> list[Project]:
    """Return the whole list, read page by page."""
    found: list[Project] = []
    after: str | None = None
    while True:
        page = page_of_order(size, after, order)
        connection = await unit.projects.page_ordered(page, order, None, years, None)
        found += connection.nodes
        after = connection.page_info.end_cursor
        if not connection.page_info.has_next_page:
            return found


@given(world=worlds(), order=orders, years=year_ranges, size=st.integers(5, 40))
@PROPERTY
async def test_pages_of_an_order_are_the_whole_list_sorted(
    database: Database,
    world: World,
    order: ProjectOrder,
    years: FiscalYearRange | None,
    size: int,
) -> None:
    async with open_world(database, world) as unit:
        found = await fetch_all(unit, order, years, size)
        listed = await unit.projects.page_all(page_of_order(100, None, ProjectOrder()), None)
        amounts = await unit.project_amounts.by_phase(
            [project.id for project in found], [order.phase], years
        )
    assert {project.id for project in found} == {project.id for project in listed.nodes}
    assert len(found) == len(listed.nodes)
    sign = -1 if order.direction is Direction.DESC else 1
    for first, second in pairwise(found):
        match order.by:
            case ProjectOrderField.NAME:
                ascending = (first.sort_key, first.id) < (second.sort_key, second.id)
                assert ascending == (order.direction is Direction.ASC)
            case ProjectOrderField.UPDATED_AT:
                keys = [sign * one.updated_at.timestamp() for one in (first, second)]
                assert keys == sorted(keys)
            case ProjectOrderField.CODE:
                assert (first.code is None) <= (second.code is None)
            case ProjectOrderField.AMOUNT:
                pair = [amounts[one.id].get(order.phase) for one in (first, second)]
                position = [(one is None, sign * (one or 0)) for one in pair]
                assert position == sorted(position)
                if position[0] == position[1]:
                    assert (first.sort_key, first.id) < (second.sort_key, second.id)


@given(world=worlds(), phase=st.sampled_from(BudgetPhase), years=year_ranges)
@PROPERTY
async def test_amount_of_a_project_counts_one_source_a_year(
    database: Database, world: World, phase: BudgetPhase, years: FiscalYearRange | None
) -> None:
    async with open_world(database, world) as unit:
        ids = [project.id for project in world.projects]
        found = await unit.project_amounts.by_phase(ids, [phase], years)
        visible = await unit.projects.by_id(ids)
    for project in world.projects:
        if project.id in visible:
            assert found[project.id].get(phase) == expected_amount(project, phase, years)
        else:
            assert project.id not in found


@pytest.mark.parametrize(
    "other",
    [
        ProjectOrder(ProjectOrderField.AMOUNT, BudgetPhase.DISBURSED, Direction.DESC),
        ProjectOrder(ProjectOrderField.AMOUNT, BudgetPhase.APPROPRIATED, Direction.ASC),
        ProjectOrder(ProjectOrderField.UPDATED_AT),
        ProjectOrder(),
    ],
)
async def test_cursor_of_another_order_is_rejected(unit: UnitOfWork, other: ProjectOrder) -> None:
    order = ProjectOrder(ProjectOrderField.AMOUNT, BudgetPhase.APPROPRIATED, Direction.DESC)
    page = page_of_order(2, None, order)
    connection = await unit.projects.page_ordered(page, order, None, None, None)
    cursor = connection.page_info.end_cursor
    assert cursor
    assert decode_cursor(cursor, (str, int, str, str))
    with pytest.raises(Invalid, match="after"):
        page_of_order(2, cursor, other)
