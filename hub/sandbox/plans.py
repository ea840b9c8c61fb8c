"""Made-up plans of FY 2566-2570 for the clusters and provinces of the edition of 2560.

Every title says that the plan is made up. The same seed makes the same plans. Issues, goals and
indicators are worded as offices word them; every seventh plan has an indicator that rests on the
provincial product, which the checks of plans flag.
"""

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

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
    SectionContent,
    StrategyContent,
    TargetContent,
)
from hub.domain.plan_submission import PlanSubmission
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.sandbox.reference_names import read_reference_rows

EDITION: Final = "C2560-"
YEARS: Final = FiscalYearRange(FiscalYear.from_be(2566), FiscalYear.from_be(2570))
MADE_UP: Final = "(ข้อมูลทดลอง) "


class Theme(NamedTuple):
    """What an issue of a theme is worded with: chain, work, goal, measure."""

    theme: str
    chain: str
    issue: str
    goal: str
    indicator: str
    unit: str
    strategies: tuple[str, ...]
    projects: tuple[str, ...]


THEMES: Final = (
    Theme(
        "agriculture", "agri-food",
        "ยกระดับการผลิต แปรรูป และตลาดสินค้าเกษตรปลอดภัยของ{area}",
        "เกษตรกรของ{area}ผลิตสินค้าที่ได้มาตรฐาน GAP เพิ่มขึ้น",
        "จำนวนเกษตรกรที่ได้รับการรับรองมาตรฐาน GAP", "ราย",
        ("รวมกลุ่มเกษตรกรแปลงใหญ่และจัดการน้ำในแปลง", "ตั้งจุดรวบรวมและคัดบรรจุผลผลิตของชุมชน"),
        ("อบรมเกษตรกรแปลงใหญ่ด้านมาตรฐาน GAP", "ปรับปรุงโรงคัดบรรจุผลผลิตของวิสาหกิจชุมชน"),
    ),
    Theme(
        "tourism", "tourism",
        "พัฒนาแหล่งท่องเที่ยวชุมชนและบริการนักท่องเที่ยวของ{area}",
        "แหล่งท่องเที่ยวชุมชนของ{area}ผ่านเกณฑ์มาตรฐานการท่องเที่ยวชุมชน",
        "จำนวนแหล่งท่องเที่ยวชุมชนที่ผ่านเกณฑ์มาตรฐาน", "แห่ง",
        ("ปรับปรุงสิ่งอำนวยความสะดวกในแหล่งท่องเที่ยวชุมชน", "ฝึกมัคคุเทศก์ท้องถิ่นและผู้ประกอบการที่พัก"),
        ("ปรับปรุงป้ายและทางเดินในแหล่งท่องเที่ยวชุมชน", "ฝึกอบรมมัคคุเทศก์ท้องถิ่น"),
    ),
    Theme(
        "natural_resources_environment", "natural-resources-environment",
        "ฟื้นฟูป่าต้นน้ำและจัดการขยะของ{area}",
        "ขยะมูลฝอยของ{area}ได้รับการจัดการอย่างถูกต้อง",
        "ร้อยละของขยะมูลฝอยที่กำจัดอย่างถูกต้อง", "ร้อยละ",
        ("คัดแยกขยะที่ต้นทางในทุกหมู่บ้าน", "ปลูกและดูแลป่าต้นน้ำร่วมกับชุมชน"),
        ("จัดตั้งศูนย์คัดแยกขยะระดับอำเภอ", "ปลูกป่าต้นน้ำร่วมกับชุมชน"),
    ),
    Theme(
        "quality_of_life", "quality-of-life",
        "ดูแลผู้สูงอายุและผู้มีรายได้น้อยของ{area}ให้เข้าถึงบริการสุขภาพและอาชีพ",
        "ผู้สูงอายุของ{area}ได้รับการดูแลต่อเนื่องที่บ้าน",
        "ร้อยละของผู้สูงอายุที่มีภาวะพึ่งพิงที่ได้รับการดูแลที่บ้าน", "ร้อยละ",
        ("ฝึกผู้ดูแลผู้สูงอายุประจำตำบล", "ฝึกอาชีพครัวเรือนรายได้น้อยตามความต้องการของตลาด"),
        ("ฝึกอบรมผู้ดูแลผู้สูงอายุประจำตำบล", "ฝึกอาชีพครัวเรือนรายได้น้อย"),
    ),
)  # fmt: skip
SECTIONS: Final = {
    PlanSectionKind.GENERAL: "ประชากร พื้นที่ และการปกครองของ{area} (ตัวเลขสมมุติ)",
    PlanSectionKind.ECONOMY: "โครงสร้างเศรษฐกิจของ{area} (ตัวเลขสมมุติ)",
    PlanSectionKind.SOCIETY: "ประชากรสูงอายุและการศึกษาของ{area} (ตัวเลขสมมุติ)",
    PlanSectionKind.ENVIRONMENT: "ป่าไม้ น้ำ และขยะของ{area} (ตัวเลขสมมุติ)",
    PlanSectionKind.SECURITY: "ความปลอดภัยและภัยพิบัติของ{area} (ตัวเลขสมมุติ)",
    PlanSectionKind.PAST_RESULTS: "ผลการดำเนินงานปี 2561–2565 ของ{area} (ตัวเลขสมมุติ)",
}
ALIGNMENTS: Final = (
    (AlignmentKind.NATIONAL, "ยุทธศาสตร์ชาติ 20 ปี"),
    (AlignmentKind.POLICY, "นโยบายรัฐบาล"),
    (AlignmentKind.REGION, "แผนพัฒนาภาค"),
    (AlignmentKind.SECTOR, "แผนแม่บทรายสาขา"),
    (AlignmentKind.NEED, "ผลสำรวจความต้องการของประชาชน"),
)
PRODUCT_INDICATOR: Final = ("อัตราการขยายตัวของผลิตภัณฑ์มวลรวมจังหวัด (GPP)", "ร้อยละ")
EXTERNAL_EVERY: Final = 7
ROUTES: Final = (
    (BudgetRoute.AREA_DIRECT, ActorLevel.PROVINCE),
    (BudgetRoute.MINISTRY, ActorLevel.MINISTRY),
    (BudgetRoute.LOCAL, ActorLevel.LOCAL),
)


def generate_plans(seed: int) -> Iterator[PlanSubmission]:
    """Yield an approved plan for each cluster and province, clusters first, by code."""
    rows = read_reference_rows("areas.csv")
    clusters = [row for row in rows if row["code"].startswith(EDITION)]
    provinces = [row for row in rows if row["kind"] == "PROVINCE"]
    for number, row in enumerate([*clusters, *provinces]):
        draw = start_draw(seed, row["code"])
        kind = (
            PlanKind.CLUSTER_DEVELOPMENT
            if row["code"].startswith(EDITION)
            else PlanKind.PROVINCE_DEVELOPMENT
        )
        yield PlanSubmission(
            GlobalId("Area", row["code"]),
            kind,
            f"{MADE_UP}แผนพัฒนา{row['name_th']} พ.ศ. {YEARS.first.be}–{YEARS.last.be}",
            YEARS,
            build_content(row["name_th"], draw, has_product=number % EXTERNAL_EVERY == 0),
            status=PlanStatus.APPROVED,
        )


def list_themes(seed: int, area_code: str) -> list[Theme]:
    """Return the themes of the issues of an area's plan, in the order of their codes."""
    return draw_themes(start_draw(seed, area_code))


def start_draw(seed: int, area_code: str) -> random.Random:
    """Return the generator of the plan of an area."""
    return random.Random(f"{seed}|{area_code}")  # noqa: S311 - not a secret


def draw_themes(draw: random.Random) -> list[Theme]:
    """Return all themes in random order: the first thing that is drawn for a plan."""
    return draw.sample(THEMES, len(THEMES))


def build_content(area: str, draw: random.Random, *, has_product: bool) -> PlanContent:
    """Return the content of the plan of an area."""
    themes = draw_themes(draw)
    issues = [build_issue(area, theme, i, draw) for i, theme in enumerate(themes, start=1)]
    goals: tuple[GoalContent, ...] = ()
    if has_product:
        name, unit = PRODUCT_INDICATOR
        indicator = IndicatorContent("", LocalizedText(name), "G.1", unit, draw_targets(draw, 3))
        goal = LocalizedText(f"เศรษฐกิจของ{area}ขยายตัวต่อเนื่อง")
        goals = (GoalContent("", goal, "G", (indicator,)),)
    return PlanContent(
        LocalizedText(f"{area} เมืองเกษตรปลอดภัยและท่องเที่ยวชุมชน ผู้สูงอายุได้รับการดูแล ภายในปี 2570"),
        tuple(
            SectionContent(kind, LocalizedText(text.format(area=area)))
            for kind, text in SECTIONS.items()
        ),
        tuple(issues),
        goals,
        tuple(
            build_item(area, issue, name, draw)
            for issue, theme in zip(issues, themes, strict=True)
            for name in theme.projects
        ),
    )


def build_issue(area: str, theme: Theme, rank: int, draw: random.Random) -> IssueContent:
    """Return the issue of a theme at a rank."""
    code = str(rank)
    indicator = IndicatorContent(
        "",
        LocalizedText(theme.indicator),
        f"{code}.1.1",
        theme.unit,
        draw_targets(draw, 40 if theme.unit == "ร้อยละ" else 100),
    )
    goal = GoalContent("", LocalizedText(theme.goal.format(area=area)), f"{code}.1", (indicator,))
    return IssueContent(
        "",
        code,
        LocalizedText(theme.issue.format(area=area)),
        rank,
        theme.theme,
        theme.chain,
        None,
        tuple(AlignmentContent(kind, LocalizedText(text)) for kind, text in ALIGNMENTS),
        (goal,),
        tuple(StrategyContent("", LocalizedText(name)) for name in theme.strategies),
    )


def draw_targets(draw: random.Random, base: int) -> tuple[TargetContent, ...]:
    """Return rising targets for every year of the plans."""
    start = draw.randint(base, base + 20)
    return tuple(TargetContent(year, Decimal(start + step * 5)) for step, year in enumerate(YEARS))


def build_item(area: str, issue: IssueContent, name: str, draw: random.Random) -> ItemContent:
    """Return a project of the plan."""
    route, executor = draw.choice(ROUTES)
    return ItemContent(
        "",
        LocalizedText(f"{name} {area}"),
        issue_code=issue.code,
        executor=executor,
        route=route,
        planned=draw.randint(10, 900) * 100_000_00,
    )
