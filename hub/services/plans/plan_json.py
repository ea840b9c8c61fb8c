"""A plan as JSON: the input of `planSubmit`, without `idempotencyKey`.

    submission = parse_plan(json.loads(text))
    text = json.dumps(render_plan(submission), ensure_ascii=False)

`{"owner": "gid://hub/Area/22", "kind": …, "title": …, "fiscalYears": {"from": {"be": 2566}, …},
"content": {…}}`. A text is a string, or `{"th": …, "en": …}`.
"""

from typing import Any

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
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.services.plans.json_reader import JsonReader, wrong


def parse_plan(value: Any) -> PlanSubmission:
    """Return the submission of a plan's JSON; `Invalid` has the path of what is wrong."""
    reader = JsonReader(value, "")
    owner = GlobalId.parse(reader.required("owner"), "owner")
    kind = reader.member("kind", PlanKind)
    if kind is None:
        raise wrong("kind", "ประเภทแผน", "a kind of plan")
    content = JsonReader(reader.get("content"), "content")
    submission = PlanSubmission(
        owner,
        kind,
        reader.required("title"),
        parse_years(reader),
        parse_content(content),
        reader.key("base", "PlanVersion"),
        reader.whole("expectedVersion"),
        reader.member("status", PlanStatus) or PlanStatus.DRAFT,
    )
    content.finish()
    reader.finish()
    return submission


def parse_years(reader: JsonReader) -> FiscalYearRange:
    """Return the fiscal years of a plan."""
    years = JsonReader(reader.get("fiscalYears"), "fiscalYears")
    first = parse_year(JsonReader(years.get("from"), "fiscalYears.from"))
    last = parse_year(JsonReader(years.get("to"), "fiscalYears.to")) if years.get("to") else first
    years.finish()
    return FiscalYearRange(first, last)


def parse_year(reader: JsonReader) -> FiscalYear:
    """Return a fiscal year, in exactly one of two eras."""
    be, ce = reader.whole("be"), reader.whole("ce")
    reader.finish()
    if (be is None) == (ce is None):
        raise wrong(reader.at("be"), "be หรือ ce อย่างใดอย่างหนึ่ง", "given as exactly one of be and ce")
    return (
        FiscalYear.from_be(be, reader.at("be"))
        if be is not None
        else FiscalYear.from_ce(ce or 0, reader.at("ce"))
    )


def parse_content(reader: JsonReader) -> PlanContent:
    """Return the content of a plan."""
    return PlanContent(
        reader.text("vision"),
        reader.list("sections", parse_section),
        reader.list("issues", parse_issue),
        reader.list("goals", parse_goal),
        reader.list("items", parse_item),
    )


def parse_section(reader: JsonReader) -> SectionContent:
    """Return a section."""
    kind = reader.member("kind", PlanSectionKind)
    if kind is None:
        raise wrong(reader.at("kind"), "หัวข้อของส่วน", "the subject of the section")
    return SectionContent(kind, reader.name("text"))


def parse_issue(reader: JsonReader) -> IssueContent:
    """Return an issue."""
    chain = reader.get("valueChain")
    chain_key = None
    if chain is not None:
        part = JsonReader(chain, reader.at("valueChain"))
        chain_key = part.key("id", "ValueChain") or part.string("code")
        part.finish()
    return IssueContent(
        reader.key("id", "StrategicIssue") or "",
        reader.required("code"),
        reader.name(),
        reader.whole("rank"),
        reader.string("theme"),
        chain_key,
        reader.string("rankBasis"),
        reader.list("alignedTo", parse_alignment),
        reader.list("goals", parse_goal),
        reader.list("strategies", parse_strategy),
    )


def parse_alignment(reader: JsonReader) -> AlignmentContent:
    """Return an alignment."""
    kind = reader.member("kind", AlignmentKind)
    if kind is None:
        raise wrong(reader.at("kind"), "ประเภทความสอดคล้อง", "the kind of alignment")
    element = reader.string("element")
    if element is not None:
        element = str(GlobalId.parse(element, reader.at("element")))
    return AlignmentContent(kind, reader.name("text"), element, reader.string("citation"))


def parse_goal(reader: JsonReader) -> GoalContent:
    """Return a goal."""
    return GoalContent(
        reader.key("id", "Goal") or "",
        reader.name(),
        reader.string("code"),
        reader.list("indicators", parse_indicator),
    )


def parse_indicator(reader: JsonReader) -> IndicatorContent:
    """Return an indicator."""
    return IndicatorContent(
        reader.key("id", "Indicator") or "",
        reader.name(),
        reader.string("code"),
        reader.string("unit"),
        reader.list("targets", parse_target),
        reader.ids("owners", "Agency"),
    )


def parse_target(reader: JsonReader) -> TargetContent:
    """Return a target."""
    year = parse_year(JsonReader(reader.get("fiscalYear"), reader.at("fiscalYear")))
    return TargetContent(year, reader.number("value"), reader.text("text"))


def parse_strategy(reader: JsonReader) -> StrategyContent:
    """Return a strategy."""
    return StrategyContent(reader.key("id", "Strategy") or "", reader.name())


def parse_item(reader: JsonReader) -> ItemContent:
    """Return an item."""
    planned = reader.number("planned")
    if planned is not None and (planned.adjusted() > 20 or (planned * 100) % 1):
        raise wrong(
            reader.at("planned"), "บาท ทศนิยมไม่เกิน 2 ตำแหน่ง", "baht with at most two decimals"
        )
    project = reader.get("project")
    part = JsonReader(project, reader.at("project")) if project is not None else None
    return ItemContent(
        id=reader.key("id", "PlanItem") or "",
        name=reader.name(),
        project=part.key("id", "Project") if part else None,
        detail=reader.text("detail"),
        issue_code=reader.string("issueCode"),
        stage=reader.string("stageCode"),
        executor=reader.member("executor", ActorLevel),
        responsible=reader.key("responsible", "Agency"),
        province=reader.key("responsibleProvince", "Area"),
        responsibilities=reader.list("responsibilities", parse_responsibility),
        route=reader.member("budgetRoute", BudgetRoute),
        planned=None if planned is None else int(planned * 100),
    )


def parse_responsibility(reader: JsonReader) -> ResponsibilityContent:
    """Return a responsibility."""
    agency = reader.key("agency", "Agency")
    if agency is None:
        raise wrong(reader.at("agency"), "id ของหน่วยงาน", "the id of an agency")
    return ResponsibilityContent(agency, reader.name("role"))
