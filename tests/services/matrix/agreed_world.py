"""Generates agreements about a generated world, inserts them, and counts them without SQL.

What a basis counts is found by replaying the facts that count, in their order, over the reports;
the engine starts from the stored rows, which all facts have changed, and goes back.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.identity.viewer import Visibility
from hub.domain.linkages import LinkageStatus
from hub.domain.matrix.question import FactBasis
from tests.services.matrix.generated_world import (
    AREAS,
    YEARS,
    GeneratedProject,
    Line,
    Link,
    World,
    worlds,
)

COUNTED = {
    FactBasis.REPORTED: frozenset[str](),
    FactBasis.RATIFIED: frozenset({"RATIFIED"}),
    FactBasis.AGREED: frozenset({"RATIFIED", "CONCLUDED"}),
}
ENDED = "NOT_RATIFIED"


@dataclass(frozen=True)
class Amount:
    """An agreed amount, at the place of a line."""

    project: int
    line: Line
    status: str


@dataclass(frozen=True)
class Change:
    """A linkage with the status and share by agreement; `adds`: the agreement made it.

    Without a status only its share was agreed.
    """

    project: int
    link: int
    to: LinkageStatus | None
    share: Decimal | None
    status: str

    @property
    def subject(self) -> tuple[int, int, bool]:
        """What a later fact about the same replaces: status or share of a linkage."""
        return self.project, self.link, self.to is None


@dataclass(frozen=True)
class Repeat:
    """That a project repeats another; status null: people asserted it without an agreement."""

    other: int
    keep: int
    status: str | None


@dataclass(frozen=True)
class AgreedWorld:
    """A world as sources report it; `added` has the linkages that agreements made, which are the
    last ones of their project.
    """

    reported: World
    added: dict[int, Link]
    amounts: tuple[Amount, ...]
    changes: tuple[Change, ...]
    repeats: tuple[Repeat, ...]


statuses = st.sampled_from(["RATIFIED", "CONCLUDED", ENDED])
shares = st.sampled_from([None, Decimal("0.5"), Decimal("0.75")])
new_places = st.builds(
    Line,
    area=st.sampled_from([None, *AREAS]),
    year=st.sampled_from(YEARS),
    phase=st.sampled_from([BudgetPhase.REQUESTED, BudgetPhase.APPROPRIATED]),
    funding=st.sampled_from([FundingSource.MINISTRY, FundingSource.LOAN]),
    amount=st.just(0),
    holder=st.none(),
)


@st.composite
def agreed_worlds(draw: st.DrawFn) -> AgreedWorld:
    """Generate a world and up to four facts of each kind about it."""
    world = draw(worlds().filter(lambda one: len(one.projects) > 1))
    numbers = st.integers(0, len(world.projects) - 1)
    amounts = []
    for _ in range(draw(st.integers(0, 4))):
        at = draw(numbers)
        places = [st.just(line) for line in world.projects[at].lines]
        place = draw(st.one_of(*places, new_places))
        amount = draw(st.integers(0, 10**13))
        amounts.append(Amount(at, replace(place, amount=amount), draw(statuses)))
    added, changes = {}, []
    for at in draw(st.lists(numbers, max_size=2, unique=True)):
        links = len(world.projects[at].links)
        if draw(st.booleans()):
            added[at] = Link("s42-east-1", None, LinkageStatus.AGREED, None, Visibility.PUBLISHED)
            to = draw(st.sampled_from([LinkageStatus.AGREED, LinkageStatus.PROPOSED]))
            changes.append(Change(at, links, to, draw(shares), draw(statuses)))
            links += 1
        for _ in range(draw(st.integers(0, 3)) if links else 0):
            link = draw(st.integers(0, links - 1))
            to = draw(st.sampled_from([None, *LinkageStatus]))
            changes.append(Change(at, link, to, draw(shares), draw(statuses)))
    repeats = [
        Repeat(draw(numbers), draw(numbers), draw(st.one_of(st.none(), statuses)))
        for _ in range(draw(st.integers(0, 2)))
    ]
    return AgreedWorld(
        world,
        added,
        tuple(amounts),
        tuple(changes),
        tuple(one for one in repeats if one.other != one.keep),
    )


def world_on_basis(agreed: AgreedWorld, counted: frozenset[str]) -> World:
    """Return the world in which exactly the facts of agreements with a counted status are true."""
    identities = find_identities(agreed, counted)
    projects = []
    for at, project in enumerate(agreed.reported.projects):
        identity = identities[project.id]
        projects.append(
            replace(
                project,
                duplicate_of=None if identity == project.id else identity,
                lines=lines_on_basis(agreed, at, counted),
                links=tuple(link for link in links_on_basis(agreed, at, counted) if link),
            )
        )
    return World(tuple(projects), agreed.reported.overlaps)


def lines_on_basis(agreed: AgreedWorld, at: int, counted: frozenset[str]) -> tuple[Line, ...]:
    """Return the lines of a project: reports, and amounts that count instead of some of them."""
    project = agreed.reported.projects[at]
    if project.visibility is not Visibility.PUBLISHED:
        return project.lines  # of a project that a viewer may only count, reports alone
    latest = {
        place_of(one.line): one.line
        for one in agreed.amounts
        if one.project == at and one.status in counted
    }
    others = [line for line in project.lines if place_of(line) not in latest]
    return (*others, *(agreed_line(project, line) for line in latest.values()))


def place_of(line: Line) -> tuple[object, ...]:
    return line.area, line.year, line.phase, line.funding


def agreed_line(project: GeneratedProject, line: Line) -> Line:
    """Return an agreed line with the holder of what it replaces, if it is one, and the source whose
    report counts for its year and phase.
    """
    holders = {one.holder for one in project.lines if place_of(one) == place_of(line)}
    reports = [one for one in project.lines if (one.year, one.phase) == (line.year, line.phase)]
    reports.sort(key=lambda o: (o.source != project.source, o.source is None, o.source or ""))
    return replace(
        line,
        holder=holders.pop() if len(holders) == 1 else None,
        source=reports[0].source if reports else project.source,
    )


def links_on_basis(
    agreed: AgreedWorld, at: int, counted: frozenset[str] | None
) -> list[Link | None]:
    """Return the linkages of a project after the facts that count; null: it does not exist.

    With `counted` null as they are stored: no fact that has ended is taken back.
    """
    links: list[Link | None] = list(agreed.reported.projects[at].links)
    if at in agreed.added:
        links.append(None)
    shares = {number: link.share for number, link in enumerate(links) if link}
    for order, change in enumerate(agreed.changes):
        is_replaced = any(later.subject == change.subject for later in agreed.changes[order + 1 :])
        is_left_out = counted is not None and (is_replaced or change.status not in counted)
        if change.project != at or is_left_out:
            continue
        number, link = change.link, links[change.link]
        shares[number] = change.share
        if change.to is not None:
            links[number] = replace(link or agreed.added[at], status=change.to)
    return [link and replace(link, share=shares[number]) for number, link in enumerate(links)]


def find_identities(agreed: AgreedWorld, counted: frozenset[str]) -> dict[str, str]:
    """Return as which project each counts: of the last assertion, else as its source reports."""
    projects = agreed.reported.projects
    group = {project.id: project.id for project in projects}

    def _join(one: str, other: str) -> None:
        old, new = group[one], group[other]
        for key, value in group.items():
            if value == old:
                group[key] = new

    for project in projects:
        if project.duplicate_of:
            _join(project.id, project.duplicate_of)
    in_force = [one for one in agreed.repeats if one.status is None or one.status in counted]
    for one in in_force:
        _join(projects[one.other].id, projects[one.keep].id)
    keeps = {group[projects[one.keep].id]: projects[one.keep].id for one in in_force}
    return {project.id: keeps.get(group[project.id], project.identity) for project in projects}
