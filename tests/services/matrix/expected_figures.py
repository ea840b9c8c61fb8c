"""Computes the expected figures of a matrix in Python, project by project, without SQL.

It shares no code with the matrix engine.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus
from hub.domain.matrix.question import (
    AgencyRole,
    AreaRole,
    Counting,
    DimensionKind,
    MatrixQuestion,
)
from hub.domain.sources.coverage import CellScope
from hub.domain.sources.freshness import SourceCoverage
from tests.services.matrix.generated_world import GeneratedProject, Line, Link, World

Key = str | None
GroupPosition = tuple[int | None, int | None]


@dataclass(frozen=True)
class ReferenceData:
    """The reference data by year: parents of areas and agencies, areas of agencies, issues."""

    areas: Mapping[int, Mapping[str, Sequence[str]]]
    agencies: Mapping[int, Mapping[str, str]]
    agency_areas: Mapping[str, str | None]
    issue_areas: Mapping[str, str | None]
    issue_years: Mapping[str, tuple[int, int]]
    issue_chains: Mapping[str, str | None]


@dataclass(frozen=True)
class Fact:
    """One budget line, or one area and year of a project without a matching line."""

    project: GeneratedProject
    line: tuple[int, Line] | None
    year: int | None
    area: str | None
    agency: str | None


@dataclass(frozen=True)
class ReportedLine:
    """A project and one of its budget lines."""

    project: GeneratedProject
    line: Line

    @property
    def subject(self) -> tuple[str, int, object]:
        """The activity, fiscal year and phase of the line."""
        return self.project.identity, self.line.year, self.line.phase

    @property
    def precedence(self) -> tuple[bool, str, bool, bool, str]:
        """Sort key: the first line of a subject is counted; lines without a source come last."""
        project, source = self.project, self.line.source
        has_other_source = source != project.source
        return (
            project.id != project.identity,
            project.id,
            has_other_source,
            source is None,
            source or "",
        )


@dataclass
class ExpectedFigures:
    """The expected figures of cells, rows, columns and the whole matrix."""

    projects: dict[GroupPosition, int]
    money: dict[tuple[GroupPosition, str], int]
    linkages: dict[tuple[GroupPosition, LinkageStatus], int]
    hidden: dict[GroupPosition, int]
    overlaps: set[GroupPosition]


def compute_expected_figures(
    world: World,
    reference_data: ReferenceData,
    question: MatrixQuestion,
    row_keys: Sequence[str],
    column_keys: Sequence[str],
) -> ExpectedFigures:
    """Return the figures of a question over a world, for the given members of both axes."""
    evaluator = QuestionEvaluator(reference_data, question)
    placements = evaluator.list_placements(world, hidden=False, rows=row_keys, columns=column_keys)
    hidden_placements = (
        evaluator.list_placements(world, hidden=True, rows=row_keys, columns=column_keys)
        if allows_hidden_count(question)
        else []
    )
    result = ExpectedFigures({}, defaultdict(int), {}, {}, set())
    identities: dict[GroupPosition, set[str]] = defaultdict(set)
    linkages: dict[tuple[GroupPosition, LinkageStatus], set[tuple[str, int]]] = defaultdict(set)
    units: dict[tuple[str, int], dict[tuple[int, int], list[Link]]] = defaultdict(
        lambda: defaultdict(list)
    )
    facts_by_unit: dict[tuple[str, int], Fact] = {}
    visible = {p.id for p in world.projects if p.visibility is Visibility.PUBLISHED}
    overlapping = {
        project for subjects in world.overlaps if set(subjects) <= visible for project in subjects
    }
    for fact, link, r, c in placements:
        for at in ((r, c), (r, None), (None, c), (None, None)):
            identities[at].add(fact.project.identity)
            if link is not None:
                linkages[at, link[1].status].add((fact.project.id, link[0]))
        if fact.project.id in overlapping:
            result.overlaps.add((r, c))
        if fact.line is not None:
            unit = (fact.project.id, fact.line[0])
            facts_by_unit[unit] = fact
            cell = units[unit][r, c]
            if link is not None:
                cell.append(link[1])
    count_lines(result, question, units, facts_by_unit, evaluator.find_reported_lines(world))
    if question.counting is Counting.MENTIONS:
        result.projects = count_mentions(identities)
    else:
        result.projects = {at: len(ids) for at, ids in identities.items()}
    result.linkages = {key: len(ids) for key, ids in linkages.items()}
    hidden_identities: dict[GroupPosition, set[str]] = defaultdict(set)
    for fact, _, r, c in hidden_placements:
        for at in ((r, c), (r, None), (None, c), (None, None)):
            hidden_identities[at].add(fact.project.identity)
    result.hidden = {at: len(ids) for at, ids in hidden_identities.items()}
    return result


def allows_hidden_count(question: MatrixQuestion) -> bool:
    """Return whether the question uses no detail that is hidden for a listed project."""
    matrix_filter = question.filter
    has_detail_filter = (
        matrix_filter.text
        or matrix_filter.agencies
        or matrix_filter.funding
        or matrix_filter.linkage_status
    )
    detail_dimensions = {DimensionKind.AGENCY, DimensionKind.FUNDING, DimensionKind.LINKAGE_STATUS}
    return (
        not has_detail_filter
        and matrix_filter.linked is None
        and matrix_filter.area_role is AreaRole.PERFORMED_IN
        and not detail_dimensions & {question.rows.dimension, question.columns.dimension}
    )


def count_lines(
    result: ExpectedFigures,
    question: MatrixQuestion,
    units: Mapping[tuple[str, int], Mapping[tuple[int, int], list[Link]]],
    facts_by_unit: Mapping[tuple[str, int], Fact],
    matched: set[ReportedLine],
) -> None:
    """Add every line; for each activity, year and phase only the first line is not a duplicate."""
    for unit, cells in units.items():
        fact = facts_by_unit[unit]
        assert fact.line is not None
        line, project = fact.line[1], fact.project
        subject = (project.identity, line.year, line.phase)
        first_precedence = min(one.precedence for one in matched if one.subject == subject)
        is_duplicate = ReportedLine(project, line).precedence != first_precedence
        add_line(result, question, line, sorted(cells.items()), duplicate=is_duplicate)


def add_line(
    result: ExpectedFigures,
    question: MatrixQuestion,
    line: Line,
    cells: Sequence[tuple[tuple[int, int], list[Link]]],
    *,
    duplicate: bool,
) -> None:
    """Add one line to each of its groups, with the question's counting."""
    has_linkage_axis = {question.rows.dimension, question.columns.dimension} & {
        DimensionKind.ISSUE,
        DimensionKind.STAGE,
        DimensionKind.LINKAGE_STATUS,
    }
    all_shares_set = all(links and all(x.share is not None for x in links) for _, links in cells)
    is_shared = question.counting is Counting.SHARED and bool(has_linkage_axis) and all_shares_set
    share_total = Fraction(0)
    rows: set[int] = set()
    columns: set[int] = set()
    for index, ((r, c), links) in enumerate(cells):
        if is_shared:
            share = sum((Fraction(x.share or Decimal(0)) for x in links), Fraction(0))
            before, share_total = share_total, share_total + share
            one = Fraction(1)
            part = floor(line.amount * min(share_total, one)) - floor(
                line.amount * min(before, one)
            )
            amounts = [part] * 4
        elif question.counting is Counting.MENTIONS:
            amounts = [line.amount] * 4
        else:
            amounts = [
                line.amount,
                line.amount if r not in rows else 0,
                line.amount if c not in columns else 0,
                line.amount if index == 0 else 0,
            ]
        rows.add(r)
        columns.add(c)
        groups: list[GroupPosition] = [(r, c), (r, None), (None, c), (None, None)]
        for at, amount in zip(groups, amounts, strict=True):
            result.money[at, line.phase.value] += 0 if duplicate else amount


def count_mentions(identities: Mapping[GroupPosition, set[str]]) -> dict[GroupPosition, int]:
    """Count each project once per cell it is in."""
    cells = {at: len(ids) for at, ids in identities.items() if None not in at}
    return {
        (r, c): sum(n for cell, n in cells.items() if r in (None, cell[0]) and c in (None, cell[1]))
        for r, c in identities
    }


class QuestionEvaluator:
    """Evaluates one question over a world."""

    def __init__(self, reference_data: ReferenceData, question: MatrixQuestion) -> None:
        self.reference_data = reference_data
        self.question = question
        self.matrix_filter = question.filter

    def list_placements(
        self, world: World, *, hidden: bool, rows: Sequence[str], columns: Sequence[str]
    ) -> list[tuple[Fact, tuple[int, Link] | None, int, int]]:
        """Return every fact with each of its counted linkages, and its row and column ordinals."""
        found = []
        needs_linkage = bool(
            self.matrix_filter.chains
            or self.matrix_filter.issues
            or self.matrix_filter.linkage_status
        )
        for project in world.projects:
            for fact in self.list_facts(project, hidden=hidden):
                links: list[tuple[int, Link] | None] = list(
                    self.list_linkages(project, hidden=hidden)
                )
                for link in links or ([] if needs_linkage else [None]):
                    r = self.find_ordinal(self.question.rows.dimension, fact, link, rows)
                    c = self.find_ordinal(self.question.columns.dimension, fact, link, columns)
                    found.append((fact, link, r, c))
        return found

    def find_reported_lines(self, world: World) -> set[ReportedLine]:
        """Return the lines that match the filter, without its conditions on linkages."""
        return {
            ReportedLine(project, fact.line[1])
            for project in world.projects
            for fact in self.list_facts(project, hidden=False, linked=False)
            if fact.line is not None
        }

    def list_facts(
        self, project: GeneratedProject, *, hidden: bool, linked: bool = True
    ) -> list[Fact]:
        """Return a project's facts: its matching lines; if there are none, its areas and years."""
        visibility = Visibility.LISTED if hidden else Visibility.PUBLISHED
        if project.visibility is not visibility:
            return []
        if self.matrix_filter.actor_levels and project.level not in self.matrix_filter.actor_levels:
            return []
        if self.matrix_filter.text and (hidden or self.matrix_filter.text not in project.id):
            return []
        facts = [
            Fact(project, (at, line), line.year, self.area_of(line), self.agency_of(project, line))
            for at, line in enumerate(project.lines)
            if self.line_matches(project, line)
        ]
        by_holder = (
            self.matrix_filter.agency_role is AgencyRole.HOLDER and self.matrix_filter.agencies
        )
        if not facts and not self.matrix_filter.funding and not by_holder:
            facts = self.list_project_facts(project)
        if linked and self.matrix_filter.linked is not None:
            facts = [f for f in facts if self.is_linked(project, f) is self.matrix_filter.linked]
        return facts

    def list_project_facts(self, project: GeneratedProject) -> list[Fact]:
        areas: list[str | None] = list(project.areas) or [None]
        if self.matrix_filter.area_role is AreaRole.HELD_BY:
            areas = [self.reference_data.agency_areas.get(project.owner or "")]
        agency = self.agency_of(project, None)
        return [
            Fact(project, None, year, area, agency)
            for year in project.years
            for area in areas
            if year in self.list_years()
            and self.is_in_areas(area, year)
            and self.matches_agencies(project, agency, year)
        ]

    def list_years(self) -> list[int]:
        return [year.ce for year in self.question.fiscal_years]

    def area_of(self, line: Line) -> str | None:
        if self.matrix_filter.area_role is AreaRole.PERFORMED_IN:
            return line.area
        return self.reference_data.agency_areas.get(line.holder or "")

    def agency_of(self, project: GeneratedProject, line: Line | None) -> str | None:
        match self.matrix_filter.agency_role:
            case AgencyRole.OWNER:
                return project.owner
            case AgencyRole.IMPLEMENTER:
                return next(iter(project.implementers), None)
            case AgencyRole.HOLDER:
                return line.holder if line else None

    def line_matches(self, project: GeneratedProject, line: Line) -> bool:
        return (
            line.year in self.list_years()
            and (not self.matrix_filter.funding or line.funding in self.matrix_filter.funding)
            and self.is_in_areas(self.area_of(line), line.year)
            and self.matches_agencies(project, self.agency_of(project, line), line.year)
        )

    def is_in_areas(self, area: str | None, year: int) -> bool:
        if not self.matrix_filter.areas:
            return True
        return area is not None and bool(
            set(self.matrix_filter.areas)
            & set(self.list_ancestors(area, self.reference_data.areas[year]))
        )

    def matches_agencies(self, project: GeneratedProject, agency: str | None, year: int) -> bool:
        if not self.matrix_filter.agencies:
            return True
        candidates = [agency]
        if self.matrix_filter.agency_role is AgencyRole.IMPLEMENTER:
            candidates = list(project.implementers)
        parents = {child: [up] for child, up in self.reference_data.agencies[year].items()}
        return any(
            a is not None
            and set(self.matrix_filter.agencies) & set(self.list_ancestors(a, parents))
            for a in candidates
        )

    def list_ancestors(self, key: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
        """Return a key and all its ancestors, nearest first."""
        found, level = [key], [key]
        while level:
            level = [up for one in level for up in parents.get(one, ())]
            found += level
        return found

    def is_linked(self, project: GeneratedProject, fact: Fact) -> bool:
        assert fact.year is not None
        for link in project.links:
            if (
                link.issue is None
                or link.status not in DEFAULT_LINKAGE_STATUSES
                or link.visibility is not Visibility.PUBLISHED
            ):
                continue
            first, last = self.reference_data.issue_years[link.issue]
            issue_area = self.reference_data.issue_areas[link.issue]
            if not first <= fact.year <= last:
                continue
            edges = self.reference_data.areas[fact.year]
            if fact.area is None or issue_area in (fact.area, *edges.get(fact.area, ())):
                return True
        return False

    def list_linkages(self, project: GeneratedProject, *, hidden: bool) -> list[tuple[int, Link]]:
        """Return the linkages of a project that count in this question, with their positions."""
        axes = (self.question.rows.dimension, self.question.columns.dimension)
        statuses: Sequence[LinkageStatus] = DEFAULT_LINKAGE_STATUSES
        if DimensionKind.LINKAGE_STATUS in axes:
            statuses = list(LinkageStatus)
        if self.matrix_filter.linkage_status:
            statuses = self.matrix_filter.linkage_status
        allowed = {Visibility.PUBLISHED} | ({Visibility.LISTED} if hidden else set())
        return [
            (at, link)
            for at, link in enumerate(project.links)
            if link.visibility in allowed
            and link.status in statuses
            and (not self.matrix_filter.issues or link.issue in self.matrix_filter.issues)
            and (not self.matrix_filter.chains or self.chain_of(link) in self.matrix_filter.chains)
        ]

    def chain_of(self, link: Link) -> str | None:
        if link.stage is not None:
            return link.stage.split(".")[0]
        return self.reference_data.issue_chains.get(link.issue or "")

    def find_ordinal(
        self,
        dimension: DimensionKind,
        fact: Fact,
        link: tuple[int, Link] | None,
        keys: Sequence[str],
    ) -> int:
        """Return the ordinal of a fact on an axis; after the last member if it is in no member."""
        candidates: list[str | None] = [self.get_dimension_value(dimension, fact, link)]
        value = candidates[0]
        if value is not None and fact.year is not None:
            if dimension is DimensionKind.AREA:
                candidates = list(self.list_ancestors(value, self.reference_data.areas[fact.year]))
            elif dimension is DimensionKind.AGENCY:
                parents = {c: [up] for c, up in self.reference_data.agencies[fact.year].items()}
                candidates = list(self.list_ancestors(value, parents))
        return next((keys.index(x) for x in candidates if x in keys), len(keys))

    def get_dimension_value(
        self, dimension: DimensionKind, fact: Fact, link: tuple[int, Link] | None
    ) -> str | None:
        line = fact.line[1] if fact.line else None
        linkage = link[1] if link else None
        stage = linkage.stage if linkage else None
        level = fact.project.level
        return {
            DimensionKind.ACTOR_LEVEL: level.value if level else None,
            DimensionKind.AGENCY: fact.agency,
            DimensionKind.AREA: fact.area,
            DimensionKind.FISCAL_YEAR: None if fact.year is None else str(fact.year + 543),
            DimensionKind.FUNDING: line.funding.value if line else None,
            DimensionKind.ISSUE: linkage.issue if linkage else None,
            DimensionKind.STAGE: stage.split(".")[1]
            if stage and stage.startswith("tourism-east.")
            else None,
            DimensionKind.LINKAGE_STATUS: linkage.status.value if linkage else None,
        }[dimension]


def is_expected_unreported(
    source_coverages: Sequence[SourceCoverage], cell_scope: CellScope, at: datetime
) -> bool:
    """Return whether an empty cell is NOT_REPORTED: sources cover it, and none has reported it."""
    due_count = 0
    for source_coverage in source_coverages:
        last_success_at, coverage = source_coverage.source.last_success_at, source_coverage.coverage
        is_failing = source_coverage.source.health.name in ("DEGRADED", "DOWN")
        if last_success_at is None and not is_failing:
            continue
        years = {
            year
            for year in cell_scope.years
            if year >= coverage.first.ce and (coverage.last is None or year <= coverage.last.ce)
        }
        level_matches = cell_scope.levels is None or any(
            one in coverage.levels for one in cell_scope.levels
        )
        if cell_scope.agencies is None:
            agency_matches = not coverage.agencies
        elif coverage.agencies:
            agency_matches = all(one in coverage.agencies for one in cell_scope.agencies)
        else:
            agency_matches = cell_scope.levels is not None
        area_matches = not coverage.areas or (
            cell_scope.areas is not None and all(one in coverage.areas for one in cell_scope.areas)
        )
        if not (years and level_matches and agency_matches and area_matches):
            continue
        due_count += 1
        hours = {"HOURLY": 3, "DAILY": 72, "WEEKLY": 504, "MONTHLY": 2160}
        for year in years & source_coverage.reported_years:
            assert last_success_at is not None or not source_coverage.reported_years
            if last_success_at is None:
                continue
            cadence_name = (
                source_coverage.source.cadence.name if source_coverage.source.cadence else "MANUAL"
            )
            is_stale = (
                cadence_name in hours
                and (at - last_success_at).total_seconds() > hours[cadence_name] * 3600
            )
            is_year_closed = (last_success_at + timedelta(hours=7)).date() > date(year, 9, 30)
            if is_year_closed or not is_stale:
                return False
    return due_count > 0
