"""The criterion by which an empty cell is a gap, is not expected, or cannot be judged (R63).

The activity lists of slides 72-78 name the levels that act in each stage of a chain. A chain
without such a list is judged only in the areas whose strategic issues follow it: there every stage
needs someone. Everything else has no criterion, and nobody may conclude from an empty cell.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from hub.domain.agencies import ActorLevel
from hub.domain.areas import Area
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES
from hub.domain.matrix.absence import AreaChain
from hub.domain.matrix.question import DimensionKind, MatrixFilter, MatrixQuestion
from hub.domain.plans import StrategicIssue
from hub.domain.record import record
from hub.domain.text import LocalizedText, localized_text
from hub.domain.time import FiscalYear, is_in_force
from hub.domain.value_chain import ExpectedRole, ValueChain
from hub.services.matrix.resolve_axis import AxisContext
from hub.services.matrix.resolve_scope import QuestionChain
from hub.services.matrix.years_in_force import Coordinate, YearsInForce
from hub.store.unit_of_work import UnitOfWork

NO_STAGE_AXIS = localized_text(
    "ไม่มีแกนขั้นของห่วงโซ่คุณค่า จึงไม่มีเกณฑ์ว่าช่องนี้ต้องมีโครงการหรือไม่",
    "there is no axis of stages, so no criterion says whether a project is expected here",
)
AGENCIES_NOT_LISTED = localized_text(
    "รายการกิจกรรมระบุระดับของผู้ดำเนินการ ไม่ระบุหน่วยงาน จึงไม่มีเกณฑ์รายหน่วยงาน",
    "activity lists name levels of actors and no agencies, so there is no criterion for an agency",
)
NO_ACTIVITY_LIST = localized_text(
    "ห่วงโซ่นี้ไม่มีรายการกิจกรรม และไม่มีประเด็นยุทธศาสตร์ของพื้นที่ใดใช้ จึงไม่มีเกณฑ์",
    "this chain has no activity list, and no area's strategic issue follows it, so there is no "
    "criterion",
)
STAGE_NOT_LISTED = localized_text(
    "รายการกิจกรรมของห่วงโซ่นี้ไม่มีขั้นนี้ จึงไม่มีเกณฑ์",
    "the activity list of this chain does not have this stage, so there is no criterion",
)
LEVEL_NOT_LISTED = localized_text(
    "รายการกิจกรรมของห่วงโซ่นี้ไม่มีแถวของผู้ดำเนินการนี้ จึงไม่มีเกณฑ์",
    "the activity list of this chain has no row for this actor, so there is no criterion",
)
CHAIN_NOT_OF_ISSUE = localized_text(
    "ประเด็นยุทธศาสตร์นี้ไม่ได้ใช้ห่วงโซ่ที่ถาม จึงไม่มีเกณฑ์",
    "this strategic issue does not follow the chain of the question, so there is no criterion",
)
REST = localized_text(
    "ช่องนี้รวมรายการที่เหลือ จึงไม่มีเกณฑ์", "this cell counts the rest, for which there is no criterion"
)
NARROWED = localized_text(
    "คำถามนับเฉพาะบางโครงการ (ตามคำ หน่วยงาน แหล่งเงิน สถานะ หรือผู้ดำเนินการ) จึงบอกไม่ได้ว่าช่องนี้ไม่มีผู้ดำเนินการ",
    "the question counts only some projects (by words, agency, funding, status or actor), so it "
    "does not show whether nobody acts here",
)
NARROWING_AXES = frozenset({DimensionKind.FUNDING, DimensionKind.LINKAGE_STATUS})


@record
class Verdict:
    """What a criterion says of an empty cell: whether someone is expected (null: no criterion), and
    the reason.
    """

    expected: bool | None
    reason: LocalizedText


@record
class ActivityList:
    """The activities of a chain's stages by level, as the deck lists them (slides 72-78)."""

    roles: Mapping[str, Sequence[ExpectedRole]]
    """By stage code; a stage of the list may have no role."""
    levels: frozenset[ActorLevel]

    @property
    def citations(self) -> list[str]:
        """Return the slides of the list."""
        return sorted({role.citation for roles in self.roles.values() for role in roles})


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

        Along an axis that is missing the roles are merged; activity lists name no agencies.
        """
        if self._activities is None or DimensionKind.AGENCY in self._dimensions:
            return []
        key_by_dimension = dict(zip(self._dimensions, keys, strict=True))
        level = key_by_dimension.get(DimensionKind.ACTOR_LEVEL)
        stage = key_by_dimension.get(DimensionKind.STAGE)
        if level is None and stage is None:
            return []
        filtered = {one.value for one in self._question.filter.actor_levels}
        return [
            role
            for code, roles in self._activities.roles.items()
            if stage in (None, code)
            for role in roles
            if level in (None, role.level.value)
            and (level is not None or not filtered or role.level.value in filtered)
        ]

    def judge(self, *coordinates: Coordinate) -> Verdict:
        """Return the verdict on the empty cell at a row and a column."""
        if any(key.startswith("~") for key, _ in coordinates):
            return Verdict(None, REST)
        if DimensionKind.STAGE not in self._dimensions or self._chain is None:
            return Verdict(None, NO_STAGE_AXIS)
        if DimensionKind.AGENCY in self._dimensions:
            return Verdict(None, AGENCIES_NOT_LISTED)
        for _, member in coordinates:
            if isinstance(member, StrategicIssue) and member.chain_id != self._chain.chain.id:
                return Verdict(None, CHAIN_NOT_OF_ISSUE)
        owners = self._owners(coordinates)
        if owners and not self._is_own(owners, coordinates):
            return Verdict(None, describe_other_area(self._chain, owners))
        if self._activities is not None:
            return self._judge_by_list(self._activities, coordinates)
        if not owners:
            return Verdict(None, NO_ACTIVITY_LIST)
        if self._hides_projects(coordinates):
            return Verdict(None, NARROWED)
        return Verdict(True, describe_unlisted_chain(self._chain, owners))

    def _judge_by_list(
        self, activities: ActivityList, coordinates: Sequence[Coordinate]
    ) -> Verdict:
        keys = [key for key, _ in coordinates]
        key_by_dimension = dict(zip(self._dimensions, keys, strict=True))
        if key_by_dimension[DimensionKind.STAGE] not in activities.roles:
            return Verdict(None, STAGE_NOT_LISTED)
        level = key_by_dimension.get(DimensionKind.ACTOR_LEVEL)
        if level is not None and level not in {one.value for one in activities.levels}:
            return Verdict(None, LEVEL_NOT_LISTED)
        roles = self.list_roles(*keys)
        if not roles:
            return Verdict(False, describe_nobody(activities))
        if self._hides_projects(coordinates):
            return Verdict(None, NARROWED)
        return Verdict(True, describe_missing_roles(roles))

    def _owners(self, coordinates: Sequence[Coordinate]) -> Sequence[Area]:
        """Return the areas whose issues follow the chain; of a row or column of issues, its own."""
        if self._chain is None:
            return []
        for _, member in coordinates:
            if isinstance(member, StrategicIssue):
                return [one for one in self._chain.areas if one.id == member.area_id]
        return self._chain.areas

    def _is_own(self, owners: Sequence[Area], coordinates: Sequence[Coordinate]) -> bool:
        """Return whether a cell is about an area whose issues follow the chain, in some year."""
        members = [member.id for _, member in coordinates if isinstance(member, Area)]
        areas = members or list(self._question.filter.areas)
        years = self._years.of_cell(*coordinates)
        return any(self._relations.is_own(areas, owner, year) for owner in owners for year in years)

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
        levels = {level.value for level in self._question.filter.actor_levels}
        is_other_level = any(
            dimension is DimensionKind.ACTOR_LEVEL and levels and key not in levels
            for dimension, (key, _) in zip(self._dimensions, coordinates, strict=True)
        )
        return self._is_narrowed or is_other_level

    def find_chain_of_other_area(self, areas: Sequence[Area]) -> AreaChain | None:
        """Return the chain if one of the areas in force has no issue that follows it."""
        chain = self._chain
        if chain is None or not chain.areas or DimensionKind.STAGE not in self._dimensions:
            return None
        for area in areas:
            years = self._years.of_member(area)
            if years and not any(
                self._relations.is_own([area.id], owner, year)
                for owner in chain.areas
                for year in years
            ):
                return chain
        return None


class AreaRelations:
    """The areas above each area in the edition of each year of a question."""

    def __init__(
        self, edges: Mapping[FiscalYear, tuple[date, Mapping[str, Sequence[str]]]]
    ) -> None:
        self._edges = edges

    def is_own(self, areas: Sequence[str], owner: Area, year: FiscalYear) -> bool:
        """Return whether one of the areas is the owner, is in it or contains it; without areas,
        whether the owner is in force.
        """
        day, edges = self._edges[year]
        if not is_in_force(owner.valid_from, owner.valid_to, day):
            return False
        above_owner = list_ancestors(owner.id, edges)
        return not areas or any(
            area in above_owner or owner.id in list_ancestors(area, edges) for area in areas
        )


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
        or (statuses and not set(DEFAULT_LINKAGE_STATUSES) <= set(statuses))
    )


async def fetch_criterion(
    context: AxisContext, question_chain: QuestionChain | None, years: YearsInForce
) -> Criterion:
    """Return the criterion of a question's cells."""
    unit, question = context.unit, context.question
    dimensions = {question.rows.dimension, question.columns.dimension}
    chain, activities = None, None
    if question_chain is not None:
        by_role = {DimensionKind.STAGE, DimensionKind.ACTOR_LEVEL} & dimensions
        if by_role:
            activities = await fetch_activities(context, question_chain.chain)
        areas: Sequence[Area] = []
        is_general = question_chain.chain.template_id == question_chain.chain.id
        if DimensionKind.STAGE in dimensions and not is_general:
            areas = await fetch_owners(context, question_chain)
        chain = AreaChain(question_chain.chain, areas)
    edges = {}
    if chain is not None and chain.areas:
        for year in question.fiscal_years:
            day = context.edition_date(year)
            edges[year] = (day, await unit.areas.parents_by_child(day))
    return Criterion(question, years, chain, activities, AreaRelations(edges))


async def fetch_activities(context: AxisContext, chain: ValueChain) -> ActivityList | None:
    """Return the activity list that a chain uses; null if it uses none, or an empty one."""
    if chain.template_id is None:
        return None
    unit, at = context.unit, context.as_of_time
    template: ValueChain | None = chain
    if chain.template_id != chain.id:
        template = (await unit.chains.by_id([chain.template_id], at)).get(chain.template_id)
    stages = (await unit.chains.stages_by_chain([chain.template_id], at))[chain.template_id]
    roles = await unit.chains.roles_by_stage([stage.id for stage in stages], at)
    if template is None or not roles:
        return None
    levels = {role.level for listed in roles.values() for role in listed}
    return ActivityList(
        {stage.code: roles.get(stage.id, []) for stage in stages},
        frozenset(levels | set(template.actor_levels)),
    )


async def fetch_owners(context: AxisContext, question_chain: QuestionChain) -> Sequence[Area]:
    """Return the areas whose strategic issues follow the chain, in Thai order."""
    unit: UnitOfWork = context.unit
    ids = question_chain.areas
    if ids is None:
        ids = await unit.plans.areas_of_chain(question_chain.chain.id, context.as_of_time)
    if not ids:
        return []
    found = await unit.areas.by_id(sorted(ids))
    return sorted(found.values(), key=lambda area: (area.sort_key, area.id))


def describe_missing_roles(roles: Sequence[ExpectedRole]) -> LocalizedText:
    """Return the reason of a gap by an activity list, with its slides."""
    citations = sorted({role.citation for role in roles})
    return localized_text(
        f"มีบทบาทที่คาดหมาย {len(roles)} ข้อ ({cite_th(citations)}) แต่ไม่มีโครงการ",
        f"{len(roles)} role(s) expected ({', '.join(citations)}), no project",
    )


def describe_nobody(activities: ActivityList) -> LocalizedText:
    """Return the reason why nobody is expected, with the slides of the activity list."""
    citations = activities.citations
    return localized_text(
        f"รายการกิจกรรมของห่วงโซ่นี้ ({cite_th(citations)}) ไม่มีบทบาทในช่องนี้",
        f"the activity list of this chain ({', '.join(citations)}) has no role in this cell",
    )


def describe_unlisted_chain(chain: AreaChain, owners: Sequence[Area]) -> LocalizedText:
    """Return the reason of a gap in the area's own chain, which has no activity list."""
    names_th = ", ".join(area.name.th for area in owners)
    names_en = ", ".join(area.name.en or area.name.th for area in owners)
    return localized_text(
        f"ไม่มีโครงการในห่วงโซ่ “{chain.chain.name.th}” ซึ่งเป็นของ{names_th}เอง ห่วงโซ่นี้ยังไม่มีรายการกิจกรรม "
        "ทุกขั้นจึงต้องมีผู้ดำเนินการ",
        f"no project in the chain “{chain.chain.name.en or chain.chain.name.th}”, which is "
        f"{names_en}'s own; it has no activity list yet, so someone is expected in every stage",
    )


def describe_other_area(chain: AreaChain, owners: Sequence[Area]) -> LocalizedText:
    """Return the reason why a chain is no criterion for an area."""
    names_th = ", ".join(area.name.th for area in owners)
    names_en = ", ".join(area.name.en or area.name.th for area in owners)
    return localized_text(
        f"ห่วงโซ่ “{chain.chain.name.th}” เป็นของ{names_th} ไม่ใช่ของพื้นที่นี้ในปีนี้ จึงไม่มีเกณฑ์",
        f"the chain “{chain.chain.name.en or chain.chain.name.th}” belongs to {names_en} and not "
        "to this area in this year, so there is no criterion",
    )


def cite_th(citations: Sequence[str]) -> str:
    """Return citations in Thai: สไลด์ 72."""
    return ", ".join(citation.replace("slide", "สไลด์") for citation in citations)
