"""Build the content of a plan from the rows of a workbook; a wrong cell is reported at its row."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.plan_content import (
    AlignmentContent,
    AlignmentKind,
    BudgetRoute,
    GoalContent,
    IndicatorContent,
    IssueContent,
    ItemContent,
    PlanContent,
    PlanSectionKind,
    ResponsibilityContent,
    SectionContent,
    StrategyContent,
    TargetContent,
)
from hub.domain.plan_import import ImportCode
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear
from hub.errors import Invalid
from hub.services.plans.read_workbook import PlanWorkbook, WorkbookRow
from hub.services.plans.workbook_cells import optional_text, parse_number, required_text
from hub.services.plans.workbook_layout import SHEETS


@dataclass(slots=True)
class BuiltContent:
    """The content of the valid rows, and the row of each element by its path in the content."""

    content: PlanContent
    places: dict[str, WorkbookRow] = field(default_factory=dict)


class ContentBuilder:
    """Builds the content of one workbook; what is wrong is added to the workbook's issues."""

    def __init__(self, workbook: PlanWorkbook) -> None:
        self._workbook = workbook
        self._places: dict[str, WorkbookRow] = {}
        self._targets: dict[str, list[tuple[WorkbookRow, TargetContent]]] = defaultdict(list)
        self._indicators: dict[str, list[tuple[WorkbookRow, IndicatorContent]]] = defaultdict(list)
        self._goals: dict[str | None, list[tuple[WorkbookRow, GoalContent]]] = defaultdict(list)

    def build(self) -> BuiltContent:
        """Return the content of the rows that are valid by themselves."""
        workbook = self._workbook
        self._read_targets()
        self._read_indicators()
        self._read_goals()
        sections = []
        for i, row in enumerate(workbook.valid_rows("sections")):
            self._places[f"content.sections.{i}"] = row
            text = required_text(row, "text")
            sections.append(SectionContent(PlanSectionKind[row.cells["kind"]], text))
        issues = tuple(
            self._issue(row, f"content.issues.{i}")
            for i, row in enumerate(workbook.valid_rows("issues"))
        )
        codes = {issue.code for issue in issues}
        for sheet, key in (("alignments", "issue"), ("strategies", "issue"), ("goals", "issue")):
            for row in workbook.valid_rows(sheet):
                if row.get(key) and row.get(key) not in codes:
                    self._missing(row, key, "issues", "code")
        items: list[ItemContent] = []
        for row in workbook.valid_rows("items"):
            item = self._item(row)
            if item is not None:
                self._places[f"content.items.{len(items)}"] = row
                items.append(item)
        vision = workbook.plan_row("vision")
        content = PlanContent(
            optional_text(vision, "value") if vision else None,
            tuple(sections),
            issues,
            self._place_goals(None, "content.goals"),
            tuple(items),
        )
        return BuiltContent(content, self._places)

    def _missing(self, row: WorkbookRow, key: str, sheet: str, column: str) -> None:
        name = next(one.name for one in SHEETS if one.key == sheet)
        written = row.cells.get(key, "")
        self._workbook.report(
            row,
            key,
            f"ไม่มี {written} ในแผ่นงาน “{name}” หรือแถวนั้นผิด ใช้ค่าที่มีในแผ่นนั้น",
            f"the sheet “{name}” has no {written} ({column}), or its row is wrong",
            ImportCode.UNKNOWN_REFERENCE,
        )

    def _read_targets(self) -> None:
        references = {one.get("ref") for one in self._workbook.valid_rows("indicators")}
        for row in self._workbook.valid_rows("targets"):
            if row.get("indicator") not in references:
                self._missing(row, "indicator", "indicators", "ref")
                continue
            year = self._year(row)
            value = self._number(row, "value")
            if year is not None and not self._is_broken(row):
                target = TargetContent(year, value, optional_text(row, "text"))
                self._targets[row.cells["indicator"]].append((row, target))

    def _read_indicators(self) -> None:
        references = {one.get("ref") for one in self._workbook.valid_rows("goals")}
        seen: set[str] = set()
        for row in self._workbook.valid_rows("indicators"):
            if row.get("goal") not in references:
                self._missing(row, "goal", "goals", "ref")
                continue
            if not self._is_unique(row, seen):
                continue
            targets = self._targets[row.cells["ref"]]
            owners = [part.strip() for part in (row.get("owners") or "").split(",")]
            indicator = IndicatorContent(
                row.get("id") or "",
                required_text(row, "name"),
                row.get("code"),
                row.get("unit"),
                tuple(target for _, target in targets),
                tuple(filter(None, owners)),
            )
            self._indicators[row.cells["goal"]].append((row, indicator))

    def _read_goals(self) -> None:
        seen: set[str] = set()
        for row in self._workbook.valid_rows("goals"):
            if self._is_unique(row, seen):
                indicators = tuple(one for _, one in self._indicators[row.cells["ref"]])
                goal = GoalContent(
                    row.get("id") or "", required_text(row, "name"), row.get("code"), indicators
                )
                self._goals[row.get("issue")].append((row, goal))

    def _is_unique(self, row: WorkbookRow, seen: set[str]) -> bool:
        reference = row.cells["ref"]
        if reference in seen:
            self._workbook.report(
                row,
                "ref",
                f"{reference} มีแล้วในแผ่นนี้ ใช้ค่าอื่น",
                f"{reference} is in this sheet already; use another value",
            )
            return False
        seen.add(reference)
        return True

    def _place_goals(self, issue: str | None, path: str) -> tuple[GoalContent, ...]:
        for i, (row, _) in enumerate(self._goals[issue]):
            self._places[f"{path}.{i}"] = row
            for j, (indicator_row, _) in enumerate(self._indicators[row.cells["ref"]]):
                place = f"{path}.{i}.indicators.{j}"
                self._places[place] = indicator_row
                for k, (target_row, _) in enumerate(self._targets[indicator_row.cells["ref"]]):
                    self._places[f"{place}.targets.{k}"] = target_row
        return tuple(goal for _, goal in self._goals[issue])

    def _issue(self, row: WorkbookRow, path: str) -> IssueContent:
        self._places[path] = row
        code = row.cells["code"]
        alignments = []
        for one in self._workbook.valid_rows("alignments"):
            if one.get("issue") == code and self._is_global_id(one):
                kind = AlignmentKind[one.cells["kind"]]
                alignments.append(
                    AlignmentContent(
                        kind, required_text(one, "text"), one.get("element"), one.get("citation")
                    )
                )
        strategies: list[StrategyContent] = []
        for one in self._workbook.valid_rows("strategies"):
            if one.get("issue") == code:
                self._places[f"{path}.strategies.{len(strategies)}"] = one
                strategies.append(StrategyContent(one.get("id") or "", required_text(one, "name")))
        rank = self._whole(row, "rank")
        return IssueContent(
            row.get("id") or "",
            code,
            required_text(row, "name"),
            rank,
            row.get("theme"),
            row.get("chain"),
            row.get("rank_basis"),
            tuple(alignments),
            self._place_goals(code, f"{path}.goals"),
            tuple(strategies),
        )

    def _is_global_id(self, row: WorkbookRow) -> bool:
        written = row.get("element")
        try:
            if written:
                GlobalId.parse(written)
        except Invalid as error:
            self._workbook.report(row, "element", error.th, error.en)
            return False
        return True

    def _item(self, row: WorkbookRow) -> ItemContent | None:
        planned = self._number(row, "planned")
        if planned is not None and (planned < 0 or (planned * 100) % 1):
            self._workbook.report(
                row,
                "planned",
                "ต้องเป็นบาท ไม่ติดลบ ทศนิยมไม่เกิน 2 ตำแหน่ง",
                "must be baht, not negative, with at most two decimals",
            )
        responsibilities = self._responsibilities(row)
        if self._is_broken(row):
            return None
        executor, route = row.get("executor"), row.get("route")
        return ItemContent(
            id=row.get("id") or "",
            name=required_text(row, "name"),
            project=row.get("project"),
            detail=optional_text(row, "detail"),
            issue_code=row.get("issue"),
            stage=row.get("stage"),
            executor=ActorLevel[executor] if executor else None,
            responsible=row.get("responsible"),
            province=row.get("province"),
            responsibilities=responsibilities,
            route=BudgetRoute[route] if route else None,
            planned=None if planned is None else int(planned * 100),
        )

    def _responsibilities(self, row: WorkbookRow) -> tuple[ResponsibilityContent, ...]:
        parsed = []
        for line in (row.get("responsibilities") or "").splitlines():
            agency, equals, role = line.partition("=")
            th, _, en = role.partition(" | ")
            if not equals or not agency.strip() or not th.strip():
                self._workbook.report(
                    row,
                    "responsibilities",
                    "ต้องเป็นบรรทัดละ “id ของหน่วยงาน = บทบาท”",
                    "must be a line “agency id = role” for each agency",
                )
                return ()
            text = LocalizedText(th.strip(), en.strip() or None)
            parsed.append(ResponsibilityContent(agency.strip(), text))
        return tuple(parsed)

    def _is_broken(self, row: WorkbookRow) -> bool:
        return (row.sheet.key, row.number) in self._workbook.broken

    def _number(self, row: WorkbookRow, key: str) -> Decimal | None:
        written = row.get(key)
        if written is None:
            return None
        number = parse_number(written)
        if number is None:
            self._workbook.report(
                row,
                key,
                "ต้องเป็นตัวเลข เช่น 1500000.50 ไม่มีหน่วยหรือข้อความ",
                "must be a number such as 1500000.50, without a unit or text",
            )
        return number

    def _whole(self, row: WorkbookRow, key: str) -> int | None:
        number = self._number(row, key)
        if number is not None and number % 1:
            self._workbook.report(row, key, "ต้องเป็นจำนวนเต็ม", "must be a whole number")
            return None
        return None if number is None else int(number)

    def _year(self, row: WorkbookRow) -> FiscalYear | None:
        number = self._whole(row, "year")
        if number is None:
            return None
        try:
            return FiscalYear.from_be(number, "year")
        except Invalid as error:
            self._workbook.report(row, "year", error.th, error.en)
            return None
