"""A matrix read by hand: one project after another, no SQL, nothing shared with the engine."""

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
from tests.services.world import Line, Link, Made, World

Key = str | None
At = tuple[int | None, int | None]


@dataclass(frozen=True)
class Country:
    """What the reference data says, year by year: parents of areas and of agencies, homes."""

    areas: Mapping[int, Mapping[str, Sequence[str]]]
    agencies: Mapping[int, Mapping[str, str]]
    homes: Mapping[str, str | None]
    issue_areas: Mapping[str, str | None]
    issue_years: Mapping[str, tuple[int, int]]
    issue_chains: Mapping[str, str | None]


@dataclass(frozen=True)
class Fact:
    """One line, or one place and year of a project without a matching line."""

    project: Made
    line: tuple[int, Line] | None
    year: int | None
    area: str | None
    agency: str | None


@dataclass(frozen=True)
class Teller:
    """A project and the source of one of its lines."""

    project: Made
    line: Line

    @property
    def told(self) -> tuple[str, int, object]:
        """What of: activity, year, phase."""
        return self.project.identity, self.line.year, self.line.phase

    @property
    def order(self) -> tuple[bool, str, bool, bool, str]:
        """Who has the say before whom; a line without a source comes behind those with one."""
        project, source = self.project, self.line.source
        another = source != project.source
        return project.id != project.identity, project.id, another, source is None, source or ""


@dataclass
class Read:
    """The figures read by hand: of cells, rows, columns and all."""

    projects: dict[At, int]
    money: dict[tuple[At, str], int]
    linkages: dict[tuple[At, LinkageStatus], int]
    hidden: dict[At, int]
    overlaps: set[At]


def read_by_hand(
    world: World,
    country: Country,
    question: MatrixQuestion,
    row_keys: Sequence[str],
    column_keys: Sequence[str],
) -> Read:
    """The figures of a question over a world, along two axes whose members are given."""
    reader = Reader(country, question)
    seen = reader.placed(world, hidden=False, rows=row_keys, columns=column_keys)
    unseen = (
        reader.placed(world, hidden=True, rows=row_keys, columns=column_keys)
        if asks_for_places(question)
        else []
    )
    result = Read({}, defaultdict(int), {}, {}, set())
    identities: dict[At, set[str]] = defaultdict(set)
    linkages: dict[tuple[At, LinkageStatus], set[tuple[str, int]]] = defaultdict(set)
    units: dict[tuple[str, int], dict[tuple[int, int], list[Link]]] = defaultdict(
        lambda: defaultdict(list)
    )
    held: dict[tuple[str, int], Fact] = {}
    visible = {p.id for p in world.projects if p.visibility is Visibility.PUBLISHED}
    overlapping = {
        project for subjects in world.overlaps if set(subjects) <= visible for project in subjects
    }
    for fact, link, r, c in seen:
        for at in ((r, c), (r, None), (None, c), (None, None)):
            identities[at].add(fact.project.identity)
            if link is not None:
                linkages[at, link[1].status].add((fact.project.id, link[0]))
        if fact.project.id in overlapping:
            result.overlaps.add((r, c))
        if fact.line is not None:
            unit = (fact.project.id, fact.line[0])
            held[unit] = fact
            cell = units[unit][r, c]
            if link is not None:
                cell.append(link[1])
    count_lines(result, question, units, held, reader.matched(world))
    if question.counting is Counting.MENTIONS:
        result.projects = mentions(identities)
    else:
        result.projects = {at: len(ids) for at, ids in identities.items()}
    result.linkages = {key: len(ids) for key, ids in linkages.items()}
    secret: dict[At, set[str]] = defaultdict(set)
    for fact, _, r, c in unseen:
        for at in ((r, c), (r, None), (None, c), (None, None)):
            secret[at].add(fact.project.identity)
    result.hidden = {at: len(ids) for at, ids in secret.items()}
    return result


def asks_for_places(question: MatrixQuestion) -> bool:
    """Whether nothing is asked that may not be known of a listed project."""
    asked = question.filter
    more = asked.text or asked.agencies or asked.funding or asked.linkage_status
    telling = {DimensionKind.AGENCY, DimensionKind.FUNDING, DimensionKind.LINKAGE_STATUS}
    return (
        not more
        and asked.linked is None
        and asked.area_role is AreaRole.PERFORMED_IN
        and not telling & {question.rows.dimension, question.columns.dimension}
    )


def count_lines(
    result: Read,
    question: MatrixQuestion,
    units: Mapping[tuple[str, int], Mapping[tuple[int, int], list[Link]]],
    held: Mapping[tuple[str, int], Fact],
    matched: set[Teller],
) -> None:
    """Every line; of the tellers of one activity one has the say for each year and phase."""
    for unit, cells in units.items():
        fact = held[unit]
        assert fact.line is not None
        line, project = fact.line[1], fact.project
        told = (project.identity, line.year, line.phase)
        keeper = min(one.order for one in matched if one.told == told)
        again = Teller(project, line).order != keeper
        count(result, question, line, sorted(cells.items()), duplicate=again)


def count(
    result: Read,
    question: MatrixQuestion,
    line: Line,
    cells: Sequence[tuple[tuple[int, int], list[Link]]],
    *,
    duplicate: bool,
) -> None:
    """One line into every group it stands in, by the question's counting."""
    by_linkage = {question.rows.dimension, question.columns.dimension} & {
        DimensionKind.ISSUE,
        DimensionKind.STAGE,
        DimensionKind.LINKAGE_STATUS,
    }
    known = all(links and all(x.share is not None for x in links) for _, links in cells)
    shared = question.counting is Counting.SHARED and bool(by_linkage) and known
    running = Fraction(0)
    rows: set[int] = set()
    columns: set[int] = set()
    for place, ((r, c), links) in enumerate(cells):
        if shared:
            share = sum((Fraction(x.share or Decimal(0)) for x in links), Fraction(0))
            before, running = running, running + share
            one = Fraction(1)
            part = floor(line.amount * min(running, one)) - floor(line.amount * min(before, one))
            whole = [part] * 4
        elif question.counting is Counting.MENTIONS:
            whole = [line.amount] * 4
        else:
            whole = [
                line.amount,
                line.amount if r not in rows else 0,
                line.amount if c not in columns else 0,
                line.amount if place == 0 else 0,
            ]
        rows.add(r)
        columns.add(c)
        groups: list[At] = [(r, c), (r, None), (None, c), (None, None)]
        for at, amount in zip(groups, whole, strict=True):
            result.money[at, line.phase.value] += 0 if duplicate else amount


def mentions(identities: Mapping[At, set[str]]) -> dict[At, int]:
    """Each project once per cell it stands in."""
    cells = {at: len(ids) for at, ids in identities.items() if None not in at}
    return {
        (r, c): sum(n for cell, n in cells.items() if r in (None, cell[0]) and c in (None, cell[1]))
        for r, c in identities
    }


class Reader:
    """One question read over a country."""

    def __init__(self, country: Country, question: MatrixQuestion) -> None:
        self.country = country
        self.question = question
        self.asked = question.filter

    def placed(
        self, world: World, *, hidden: bool, rows: Sequence[str], columns: Sequence[str]
    ) -> list[tuple[Fact, tuple[int, Link] | None, int, int]]:
        """Every fact with every linkage that counts, and the ordinals where it stands."""
        found = []
        needs = bool(self.asked.chains or self.asked.issues or self.asked.linkage_status)
        for project in world.projects:
            for fact in self.facts(project, hidden=hidden):
                links: list[tuple[int, Link] | None] = list(self.links(project, hidden=hidden))
                for link in links or ([] if needs else [None]):
                    r = self.ordinal(self.question.rows.dimension, fact, link, rows)
                    c = self.ordinal(self.question.columns.dimension, fact, link, columns)
                    found.append((fact, link, r, c))
        return found

    def matched(self, world: World) -> set[Teller]:
        """Who tells of an activity by lines that match, linkages apart."""
        return {
            Teller(project, fact.line[1])
            for project in world.projects
            for fact in self.facts(project, hidden=False, linked=False)
            if fact.line is not None
        }

    def facts(self, project: Made, *, hidden: bool, linked: bool = True) -> list[Fact]:
        """Where a project stands: by its matching lines, else by its own areas and years."""
        wanted = Visibility.LISTED if hidden else Visibility.PUBLISHED
        if project.visibility is not wanted:
            return []
        if self.asked.actor_levels and project.level not in self.asked.actor_levels:
            return []
        if self.asked.text and (hidden or self.asked.text not in project.id):
            return []
        facts = [
            Fact(project, (at, line), line.year, self.area_of(line), self.agency_of(project, line))
            for at, line in enumerate(project.lines)
            if self.line_matches(project, line)
        ]
        by_holder = self.asked.agency_role is AgencyRole.HOLDER and self.asked.agencies
        if not facts and not self.asked.funding and not by_holder:
            facts = self.own(project)
        if linked and self.asked.linked is not None:
            facts = [f for f in facts if self.is_linked(project, f) is self.asked.linked]
        return facts

    def own(self, project: Made) -> list[Fact]:
        places: list[str | None] = list(project.areas) or [None]
        if self.asked.area_role is AreaRole.HELD_BY:
            places = [self.country.homes.get(project.owner or "")]
        agency = self.agency_of(project, None)
        return [
            Fact(project, None, year, area, agency)
            for year in project.years
            for area in places
            if year in self.years()
            and self.in_areas(area, year)
            and self.by_agencies(project, agency, year)
        ]

    def years(self) -> list[int]:
        return [year.ce for year in self.question.fiscal_years]

    def area_of(self, line: Line) -> str | None:
        if self.asked.area_role is AreaRole.PERFORMED_IN:
            return line.area
        return self.country.homes.get(line.holder or "")

    def agency_of(self, project: Made, line: Line | None) -> str | None:
        match self.asked.agency_role:
            case AgencyRole.OWNER:
                return project.owner
            case AgencyRole.IMPLEMENTER:
                return next(iter(project.implementers), None)
            case AgencyRole.HOLDER:
                return line.holder if line else None

    def line_matches(self, project: Made, line: Line) -> bool:
        return (
            line.year in self.years()
            and (not self.asked.funding or line.funding in self.asked.funding)
            and self.in_areas(self.area_of(line), line.year)
            and self.by_agencies(project, self.agency_of(project, line), line.year)
        )

    def in_areas(self, area: str | None, year: int) -> bool:
        if not self.asked.areas:
            return True
        return area is not None and bool(
            set(self.asked.areas) & set(self.ancestry(area, self.country.areas[year]))
        )

    def by_agencies(self, project: Made, agency: str | None, year: int) -> bool:
        if not self.asked.agencies:
            return True
        candidates = [agency]
        if self.asked.agency_role is AgencyRole.IMPLEMENTER:
            candidates = list(project.implementers)
        above = {child: [up] for child, up in self.country.agencies[year].items()}
        return any(
            a is not None and set(self.asked.agencies) & set(self.ancestry(a, above))
            for a in candidates
        )

    def ancestry(self, thing: str, above: Mapping[str, Sequence[str]]) -> list[str]:
        """A thing and everything above it, nearest first."""
        found, level = [thing], [thing]
        while level:
            level = [up for one in level for up in above.get(one, ())]
            found += level
        return found

    def is_linked(self, project: Made, fact: Fact) -> bool:
        assert fact.year is not None
        for link in project.links:
            if (
                link.issue is None
                or link.status not in DEFAULT_LINKAGE_STATUSES
                or link.visibility is not Visibility.PUBLISHED
            ):
                continue
            first, last = self.country.issue_years[link.issue]
            home = self.country.issue_areas[link.issue]
            if not first <= fact.year <= last:
                continue
            edges = self.country.areas[fact.year]
            if fact.area is None or home in (fact.area, *edges.get(fact.area, ())):
                return True
        return False

    def links(self, project: Made, *, hidden: bool) -> list[tuple[int, Link]]:
        """The linkages of a project that count in this question."""
        axes = (self.question.rows.dimension, self.question.columns.dimension)
        statuses: Sequence[LinkageStatus] = DEFAULT_LINKAGE_STATUSES
        if DimensionKind.LINKAGE_STATUS in axes:
            statuses = list(LinkageStatus)
        if self.asked.linkage_status:
            statuses = self.asked.linkage_status
        allowed = {Visibility.PUBLISHED} | ({Visibility.LISTED} if hidden else set())
        return [
            (at, link)
            for at, link in enumerate(project.links)
            if link.visibility in allowed
            and link.status in statuses
            and (not self.asked.issues or link.issue in self.asked.issues)
            and (not self.asked.chains or self.chain_of(link) in self.asked.chains)
        ]

    def chain_of(self, link: Link) -> str | None:
        if link.stage is not None:
            return link.stage.split(".")[0]
        return self.country.issue_chains.get(link.issue or "")

    def ordinal(
        self,
        dimension: DimensionKind,
        fact: Fact,
        link: tuple[int, Link] | None,
        keys: Sequence[str],
    ) -> int:
        """Where a fact stands on an axis; behind the last member where it is no member's."""
        candidates: list[str | None] = [self.value(dimension, fact, link)]
        value = candidates[0]
        if value is not None and fact.year is not None:
            if dimension is DimensionKind.AREA:
                candidates = list(self.ancestry(value, self.country.areas[fact.year]))
            elif dimension is DimensionKind.AGENCY:
                above = {c: [up] for c, up in self.country.agencies[fact.year].items()}
                candidates = list(self.ancestry(value, above))
        return next((keys.index(x) for x in candidates if x in keys), len(keys))

    def value(
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


def silent_by_hand(promises: Sequence[SourceCoverage], place: CellScope, at: datetime) -> bool:
    """Whether nobody can say that a place is empty: some should have told of it, and none has."""
    due = 0
    for promise in promises:
        seen, covers = promise.source.last_success_at, promise.coverage
        failing = promise.source.health.name in ("DEGRADED", "DOWN")
        if seen is None and not failing:
            continue
        years = {
            year
            for year in place.years
            if year >= covers.first.ce and (covers.last is None or year <= covers.last.ce)
        }
        level = place.levels is None or any(one in covers.levels for one in place.levels)
        if place.agencies is None:
            agency = not covers.agencies
        elif covers.agencies:
            agency = all(one in covers.agencies for one in place.agencies)
        else:
            agency = place.levels is not None
        area = not covers.areas or (
            place.areas is not None and all(one in covers.areas for one in place.areas)
        )
        if not (years and level and agency and area):
            continue
        due += 1
        hours = {"HOURLY": 3, "DAILY": 72, "WEEKLY": 504, "MONTHLY": 2160}
        for year in years & promise.reported_years:
            assert seen is not None or not promise.reported_years
            if seen is None:
                continue
            name = promise.source.cadence.name if promise.source.cadence else "MANUAL"
            stale = name in hours and (at - seen).total_seconds() > hours[name] * 3600
            over = (seen + timedelta(hours=7)).date() > date(year, 9, 30)
            if over or not stale:
                return False
    return due > 0
