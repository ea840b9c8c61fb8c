"""The criterion by which an empty cell is a gap, is not expected, or cannot be judged (R63).

The activity lists of slides 72-78 name the levels that act in each stage of a chain. An area's
chain is judged only in the areas and years in which a strategic issue follows it: by the list that
its stages are mapped to where that list speaks of the cell, and otherwise because every stage needs
someone. Everything else has no criterion, and nobody may conclude from an empty cell.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.areas import Area
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.matrix.absence import AreaChain
from hub.domain.matrix.question import DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.plans import StrategicIssue
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, is_in_force
from hub.domain.value_chain import ExpectedRole
from hub.services.matrix.activity_list import ActivityList, Basis, find_basis
from hub.services.matrix.criterion_texts import (
    AGENCIES_NOT_LISTED,
    CHAIN_NOT_OF_ISSUE,
    LEVEL_NOT_LISTED,
    NARROWED,
    NO_ACTIVITY_LIST,
    NO_ISSUE_FOLLOWS,
    NO_STAGE_AXIS,
    REST,
    STAGE_NOT_LISTED,
    describe_cell_not_in_list,
    describe_missing_roles,
    describe_missing_roles_of_area,
    describe_no_role,
    describe_other_area,
    describe_unlisted_chain,
)
from hub.services.matrix.years_in_force import Coordinate, YearsInForce

NARROWING_AXES = frozenset({DimensionKind.FUNDING, DimensionKind.LINKAGE_STATUS})


@record
class Verdict:
    """What a criterion says of an empty cell: whether someone is expected (null: no criterion), and
    the reason.
    """

    expected: bool | None
    reason: LocalizedText


REST_VERDICT: Final = Verdict(None, REST)
NO_STAGE_AXIS_VERDICT: Final = Verdict(None, NO_STAGE_AXIS)


class Criterion:
    """Judges the empty cells of a question."""

    def __init__(
        self,
        question: MatrixQuestion,
        years: YearsInForce,
        chain: AreaChain | None,
        activities: ActivityList | None,
        relations: "AreaRelations",
    ) -> None:
        self._question = question
        self._dimensions = (question.rows.dimension, question.columns.dimension)
        self._years = years
        self._chain = chain
        self._activities = activities
        self._relations = relations
        self._is_narrowed = is_narrowed(question.filter) or bool(
            NARROWING_AXES & set(self._dimensions)
        )

    def list_roles(self, *keys: str) -> list[ExpectedRole]:
        """Return the expected roles of the cell at a row key and a column key.

        Along an axis that is missing the roles are merged, each once; activity lists name no
        agencies.
        """
        if self._activities is None or DimensionKind.AGENCY in self._dimensions:
            return []
        key_by_dimension = dict(zip(self._dimensions, keys, strict=True))
        level = key_by_dimension.get(DimensionKind.ACTOR_LEVEL)
        stage = key_by_dimension.get(DimensionKind.STAGE)
        if level is None and stage is None:
            return []
        filtered = {one.value for one in self._question.filter.actor_levels}
        found = {
            role.id: role
            for code, roles in self._activities.roles.items()
            if stage in (None, code)
            for role in roles
            if level in (None, role.level.value)
            and (level is not None or not filtered or role.level.value in filtered)
        }
        return list(found.values())

    def judge(self, *coordinates: Coordinate) -> Verdict:
        """Return the verdict on the empty cell at a row and a column."""
        for key, _ in coordinates:
            if key[0] == "~":
                return REST_VERDICT
        if DimensionKind.STAGE not in self._dimensions or self._chain is None:
            return NO_STAGE_AXIS_VERDICT
        if DimensionKind.AGENCY in self._dimensions:
            return Verdict(None, AGENCIES_NOT_LISTED)
        for _, member in coordinates:
            if isinstance(member, StrategicIssue) and member.chain_id != self._chain.chain.id:
                return Verdict(None, CHAIN_NOT_OF_ISSUE)
        owners = self._owners(coordinates)
        if owners and not self._is_own(owners, coordinates):
            return Verdict(None, describe_other_area(self._chain, owners))
        keys = self._keys_by_dimension(coordinates)
        stage, level = keys[DimensionKind.STAGE], keys.get(DimensionKind.ACTOR_LEVEL)
        basis = find_basis(self._chain.chain, self._activities, stage, level)
        if self._activities is None or basis in {Basis.EVERY_STAGE, Basis.OTHER_LEVEL}:
            return self._judge_by_area(self._chain, owners, basis, coordinates)
        return self._judge_by_list(self._chain, self._activities, owners, basis, coordinates)

    def _judge_by_area(
        self,
        chain: AreaChain,
        owners: Sequence[Area],
        basis: Basis,
        coordinates: Sequence[Coordinate],
    ) -> Verdict:
        activities = self._activities
        if not owners:
            return Verdict(None, NO_ACTIVITY_LIST if activities is None else NO_ISSUE_FOLLOWS)
        if basis is Basis.OTHER_LEVEL:
            return Verdict(None, LEVEL_NOT_LISTED)
        if self._hides_projects(coordinates):
            return Verdict(None, NARROWED)
        if activities is not None:
            reason = describe_cell_not_in_list(chain, owners, activities.citations)
            return Verdict(True, reason)
        return Verdict(True, describe_unlisted_chain(chain, owners))

    def _judge_by_list(
        self,
        chain: AreaChain,
        activities: ActivityList,
        owners: Sequence[Area],
        basis: Basis,
        coordinates: Sequence[Coordinate],
    ) -> Verdict:
        if activities.is_mapped and chain.chain.area_id is not None and not owners:
            return Verdict(None, NO_ISSUE_FOLLOWS)
        if basis is Basis.STAGE_NOT_LISTED:
            return Verdict(None, STAGE_NOT_LISTED)
        if basis is Basis.LEVEL_NOT_LISTED:
            return Verdict(None, LEVEL_NOT_LISTED)
        roles = self.list_roles(*(key for key, _ in coordinates))
        if not roles:
            reason = describe_no_role(activities.citations, is_mapped=activities.is_mapped)
            return Verdict(False, reason)
        if self._hides_projects(coordinates):
            return Verdict(None, NARROWED)
        if owners:
            return Verdict(True, describe_missing_roles_of_area(roles, chain, owners))
        return Verdict(True, describe_missing_roles(roles))

    def _keys_by_dimension(self, coordinates: Sequence[Coordinate]) -> dict[DimensionKind, str]:
        return dict(zip(self._dimensions, (key for key, _ in coordinates), strict=True))

    def _owners(self, coordinates: Sequence[Coordinate]) -> Sequence[Area]:
        """Return the areas whose issues follow the chain; of a row or column of issues, its own."""
        if self._chain is None:
            return []
        for _, member in coordinates:
            if isinstance(member, StrategicIssue):
                return [one for one in self._chain.areas if one.id == member.area_id]
        return self._chain.areas

    def _is_own(self, owners: Sequence[Area], coordinates: Sequence[Coordinate]) -> bool:
        """Return whether a cell is about an area and a year in which its issues follow the chain.

        Of a row or column of issues, that issue must follow it in the year.
        """
        members = [member.id for _, member in coordinates if isinstance(member, Area)]
        issues = [member.id for _, member in coordinates if isinstance(member, StrategicIssue)]
        areas = members or list(self._question.filter.areas)
        years = self._years.of_cell(*coordinates)
        issue_id = issues[0] if issues else None
        return any(self._follows(owners, areas, year, issue_id) for year in years)

    def _follows(
        self,
        owners: Sequence[Area],
        areas: Sequence[str],
        year: FiscalYear,
        issue_id: str | None = None,
    ) -> bool:
        """Return whether the chain is that of an owner in a year, and the owner is among areas."""
        return any(
            self._chain is not None
            and self._chain.follows(owner, year, issue_id)
            and self._relations.is_own(areas, owner, year)
            for owner in owners
        )

    def is_in_force(self, *coordinates: Coordinate) -> bool:
        """Return whether all that a cell names was in force together in one of its years.

        Where no area is named, it is about the areas whose issues follow the chain.
        """
        years = self._years.of_cell(*coordinates)
        names_area = bool(self._question.filter.areas) or DimensionKind.AREA in self._dimensions
        owners = self._owners(coordinates)
        if owners and not names_area and DimensionKind.STAGE in self._dimensions:
            years &= frozenset().union(*(self._years.of_member(owner) for owner in owners))
        return bool(years)

    def list_owners(self) -> Sequence[Area]:
        """Return the areas whose issues follow the chain, if cells are judged by them."""
        return self._chain.areas if self._chain else []

    def _hides_projects(self, coordinates: Sequence[Coordinate]) -> bool:
        """Return whether projects that would fill a cell are not counted in it."""
        levels = self._question.filter.actor_levels
        return self._is_narrowed or (bool(levels) and self._is_other_level(levels, coordinates))

    def _is_other_level(
        self, levels: Collection[ActorLevel], coordinates: Sequence[Coordinate]
    ) -> bool:
        """Return whether a cell is in the row or column of a level that is not among `levels`."""
        return any(
            dimension is DimensionKind.ACTOR_LEVEL and key not in {one.value for one in levels}
            for dimension, (key, _) in zip(self._dimensions, coordinates, strict=True)
        )

    def find_chain_of_other_area(self, areas: Sequence[Area]) -> AreaChain | None:
        """Return the chain if one of the areas has a year in force in which no issue of it follows
        the chain; without areas, if one of those whose chain it is has such a year.
        """
        chain = self._chain
        if chain is None or not chain.areas or DimensionKind.STAGE not in self._dimensions:
            return None
        for area in areas or chain.areas:
            years = self._years.of_member(area)
            if not all(self._follows(chain.areas, [area.id], year) for year in years):
                return chain
        return None


class AreaRelations:
    """The areas above each area in the edition of each year of a question."""

    def __init__(
        self, edges: Mapping[FiscalYear, tuple[date, Mapping[str, Sequence[str]]]]
    ) -> None:
        self._edges = edges

    def is_own(self, areas: Sequence[str], owner: Area, year: FiscalYear) -> bool:
        """Return whether one of the areas is the owner or contains it; without areas, whether the
        owner is in force. An area in the owner is none: what the whole needs may be elsewhere in
        it, and projects of the whole name no province.
        """
        day, edges = self._edges[year]
        if not is_in_force(owner.valid_from, owner.valid_to, day):
            return False
        above_owner = list_ancestors(owner.id, edges)
        return not areas or any(area in above_owner for area in areas)


def list_ancestors(area_id: str, edges: Mapping[str, Sequence[str]]) -> set[str]:
    """Return an area with all areas above it."""
    reached, pending = {area_id}, [area_id]
    while pending:
        parents = [one for one in edges.get(pending.pop(), ()) if one not in reached]
        reached.update(parents)
        pending.extend(parents)
    return reached


def is_narrowed(matrix_filter: MatrixFilter) -> bool:
    """Return whether a filter counts only some of the projects of an area, a level and a stage."""
    statuses = matrix_filter.linkage_status
    return bool(
        matrix_filter.text
        or matrix_filter.agencies
        or matrix_filter.funding
        or matrix_filter.linked is not None
        or matrix_filter.without_area is not None
        or (matrix_filter.chains and matrix_filter.issues)
        or matrix_filter.names_issues
        or (statuses and not set(DEFAULT_LINKAGE_STATUSES) <= set(statuses))
    )
