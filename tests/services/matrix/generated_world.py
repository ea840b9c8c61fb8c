"""Generates small worlds of projects with Hypothesis, and inserts them into a database.

Areas, agencies, chains and issues are those of the reference data; projects, budget lines and
linkages are generated.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import asyncpg
from hypothesis import strategies as st

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import LinkageStatus

YEARS = (2010, 2011, 2012)
AREAS = ("20", "21", "22", "38", "45", "C2552-09", "TH")
AGENCIES = ("ministry:05", "ministry:22", "department:BOI", "province:20", "cluster:C2552-09")
STAGES = ("tourism-east.attractions", "tourism-east.transport", "tourism-east.marketing")
OTHER_STAGE = "jasmine-rice-roi-et.soil"
SOURCES = ("register", "treasury")
ISSUES = ("s42-east-1", "s42-east-2", "s38-roi-et-1")


@dataclass(frozen=True)
class Line:
    area: str | None
    year: int
    phase: BudgetPhase
    funding: FundingSource
    amount: int
    holder: str | None
    source: str | None = None


@dataclass(frozen=True)
class Link:
    issue: str | None
    stage: str | None
    status: LinkageStatus
    share: Decimal | None
    visibility: Visibility


@dataclass(frozen=True)
class GeneratedProject:
    id: str = ""
    level: ActorLevel | None = None
    owner: str | None = None
    implementers: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    visibility: Visibility = Visibility.PUBLISHED
    duplicate_of: str | None = None
    source: str | None = None
    lines: tuple[Line, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def identity(self) -> str:
        return self.duplicate_of or self.id


@dataclass(frozen=True)
class World:
    projects: tuple[GeneratedProject, ...]
    overlaps: tuple[tuple[str, ...], ...] = field(default=())


mostly_published = st.sampled_from(
    [Visibility.PUBLISHED] * 4 + [Visibility.LISTED, Visibility.PRIVATE]
)
lines = st.builds(
    Line,
    area=st.sampled_from([None, *AREAS]),
    year=st.sampled_from([*YEARS, 2018]),
    phase=st.sampled_from([BudgetPhase.REQUESTED, BudgetPhase.APPROPRIATED]),
    funding=st.sampled_from([FundingSource.MINISTRY, FundingSource.LOAN]),
    amount=st.one_of(st.integers(0, 999), st.integers(0, 10**15)),
    holder=st.sampled_from([None, *AGENCIES]),
    source=st.sampled_from([None, *SOURCES]),
)
links = st.builds(
    Link,
    issue=st.sampled_from([None, *ISSUES]),
    stage=st.sampled_from([None, *STAGES, OTHER_STAGE]),
    status=st.sampled_from([*LinkageStatus, LinkageStatus.PROPOSED, LinkageStatus.AGREED]),
    share=st.sampled_from([None, Decimal("0.5"), Decimal("0.25"), Decimal("0.33333333")]),
    visibility=mostly_published,
).filter(lambda link: link.issue or link.stage)
projects = st.builds(
    GeneratedProject,
    level=st.sampled_from([None, *ActorLevel]),
    owner=st.sampled_from([None, *AGENCIES]),
    implementers=st.lists(st.sampled_from(AGENCIES), max_size=2, unique=True).map(tuple),
    areas=st.lists(st.sampled_from(AREAS), max_size=2, unique=True).map(tuple),
    years=st.lists(st.sampled_from(YEARS), max_size=2, unique=True).map(tuple),
    visibility=mostly_published,
    source=st.sampled_from([None, *SOURCES]),
    lines=st.lists(lines, max_size=3).map(tuple),
    links=st.lists(links, max_size=3).map(tuple),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Generate up to six projects, some duplicates of the first, some in an overlap."""
    generated = [
        replace(project, id=f"made-{at}")
        for at, project in enumerate(draw(st.lists(projects, min_size=1, max_size=6)))
    ]
    for at in range(1, len(generated)):
        if draw(st.integers(0, 3)) == 0:
            generated[at] = replace(generated[at], duplicate_of=generated[0].id)
    ids = [project.id for project in generated]
    pair = st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True).map(tuple)
    return World(tuple(generated), tuple(draw(st.lists(pair, max_size=1))))


async def insert_world(world: World, connection: asyncpg.Connection) -> None:
    """Replace the projects in the database by those of the world, in the current transaction."""
    await connection.execute(
        "delete from linkage; delete from project_area; delete from project_implementer; "
        "delete from budget_line; delete from project"
    )
    await connection.executemany(
        "insert into source (id, name_th, kind, health) values ($1, $1, 'REGISTER', 'OK')",
        [(source,) for source in SOURCES],
    )
    for project in world.projects:
        await connection.execute(
            "insert into project (id, name_th, sort_key, actor_level, owner_id, fiscal_years, "
            "visibility, duplicate_of, source_id) values ($1, $1, $1, $2, $3, $4, $5, $6, $7)",
            project.id,
            project.level and project.level.value,
            project.owner,
            list(project.years),
            project.visibility.value,
            project.duplicate_of,
            project.source,
        )
        await connection.executemany(
            "insert into project_area (project_id, area_id, basis) values ($1, $2, 'UNKNOWN')",
            [(project.id, area) for area in project.areas],
        )
        await connection.executemany(
            "insert into project_implementer (project_id, ordinal, agency_id) values ($1, $2, $3)",
            [(project.id, at, agency) for at, agency in enumerate(project.implementers)],
        )
        await connection.executemany(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
            "amount, holder_id, source_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                (
                    f"{project.id}-line-{at}",
                    project.id,
                    line.area,
                    line.year,
                    line.phase.value,
                    line.funding.value,
                    line.amount,
                    line.holder,
                    line.source,
                )
                for at, line in enumerate(project.lines)
            ],
        )
        await connection.executemany(
            "insert into linkage (id, project_id, issue_id, stage_id, status, visibility, share) "
            "values ($1, $2, $3, $4, $5, $6, $7)",
            [
                (
                    f"{project.id}-link-{at}",
                    project.id,
                    link.issue,
                    link.stage,
                    link.status.value,
                    link.visibility.value,
                    link.share,
                )
                for at, link in enumerate(project.links)
            ],
        )
    for at, subjects in enumerate(world.overlaps):
        await connection.execute(
            "insert into finding (id, kind, severity, summary_th) values ($1, 'OVERLAP', 1, $1)",
            f"overlap-{at}",
        )
        await connection.executemany(
            "insert into finding_subject (finding_id, project_id) values ($1, $2)",
            [(f"overlap-{at}", project) for project in subjects],
        )
