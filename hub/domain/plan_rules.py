"""What the content of a submission must satisfy by itself, whatever the register has.

for problem in find_problems(submission):  # Invalid, each with path and fix
"""

from collections.abc import Iterator
from typing import Final

from hub.domain.plan_content import GoalContent, IssueContent, PlanContent
from hub.domain.plan_lineage import iterate_paths
from hub.domain.thai_text import find_unsafe_character
from hub.domain.time import FiscalYearRange
from hub.errors import Invalid

MAX_NAME_LENGTH: Final = 2_000
MAX_SATANG: Final = 10**17
"""A thousand million million baht; what is above it is a mistake."""
MAX_RANK: Final = 1_000


def find_problems(content: PlanContent, years: FiscalYearRange) -> Iterator[Invalid]:
    """Yield what is wrong in the content: names, codes, ranks, references, targets, amounts."""
    for path, element in iterate_paths(content):
        name = element.name.th
        if not name.strip() or len(name) > MAX_NAME_LENGTH or find_unsafe_character(name):
            yield Invalid(
                f"{path}.name",
                f"ต้องมีข้อความ 1–{MAX_NAME_LENGTH:,} อักขระ และไม่มีอักขระควบคุม",
                f"must have 1 to {MAX_NAME_LENGTH:,} characters and no control characters",
            )
    yield from find_issue_problems(content)
    goals = [(f"content.goals.{i}", goal) for i, goal in enumerate(content.goals)]
    for i, issue in enumerate(content.issues):
        goals += [(f"content.issues.{i}.goals.{j}", goal) for j, goal in enumerate(issue.goals)]
    for path, goal in goals:
        yield from find_target_problems(path, goal, years)
    yield from find_item_problems(content)
    kinds = [section.kind for section in content.sections]
    for i, kind in enumerate(kinds):
        if kind in kinds[:i]:
            yield Invalid(
                f"content.sections.{i}.kind",
                f"มีส่วน {kind.value} แล้ว รวมเป็นส่วนเดียว",
                f"there is a section {kind.value} already; join the two",
            )


def find_issue_problems(content: PlanContent) -> Iterator[Invalid]:
    """Yield what is wrong with codes and ranks of issues; gaps and ties of ranks are for R23."""
    codes: set[str] = set()
    for i, issue in enumerate(content.issues):
        path = f"content.issues.{i}"
        if not issue.code.strip():
            yield Invalid(f"{path}.code", "ต้องมีรหัสประเด็น เช่น 1", "a code is required, such as 1")
        elif issue.code in codes:
            yield Invalid(
                f"{path}.code",
                f"รหัส {issue.code} มีแล้วในแผนนี้ ใช้รหัสอื่น",
                f"another issue of this plan has the code {issue.code}; use another",
            )
        codes.add(issue.code)
        if issue.rank is not None and not 1 <= issue.rank <= MAX_RANK:
            yield Invalid(
                f"{path}.rank",
                f"ลำดับต้องเป็น 1–{MAX_RANK:,} ไม่ใช่ {issue.rank}",
                f"a rank is 1 to {MAX_RANK:,}, not {issue.rank}",
            )


def find_target_problems(path: str, goal: GoalContent, years: FiscalYearRange) -> Iterator[Invalid]:
    """Yield targets that are outside the plan's years, repeated, or empty."""
    for i, indicator in enumerate(goal.indicators):
        seen: set[int] = set()
        for j, target in enumerate(indicator.targets):
            place = f"{path}.indicators.{i}.targets.{j}"
            if target.year not in years:
                yield Invalid(
                    f"{place}.fiscalYear",
                    f"ปี {target.year.be} อยู่นอกช่วงของแผน {years.first.be}–{years.last.be}",
                    f"{target.year.be} is outside the plan's {years.first.be}-{years.last.be}",
                )
            if target.year.ce in seen:
                yield Invalid(
                    f"{place}.fiscalYear",
                    f"ปี {target.year.be} มีค่าเป้าหมายแล้ว ลบค่าหนึ่ง",
                    f"there is a target for {target.year.be} already; remove one",
                )
            seen.add(target.year.ce)
            if target.value is None and (target.text is None or not target.text.th.strip()):
                yield Invalid(place, "ต้องมีค่าหรือข้อความ", "a value or a text is required")


def find_item_problems(content: PlanContent) -> Iterator[Invalid]:
    """Yield items with an unknown issue, a stage without an issue, or an impossible amount."""
    issues: dict[str, IssueContent] = {issue.code: issue for issue in content.issues}
    for i, item in enumerate(content.items):
        path = f"content.items.{i}"
        issue = issues.get(item.issue_code or "")
        if item.issue_code and issue is None:
            yield Invalid(
                f"{path}.issueCode",
                f"ไม่มีประเด็นรหัส {item.issue_code} ในแผนนี้ ใช้รหัสของประเด็นในแผน",
                f"no issue of this plan has the code {item.issue_code}; use a code of the plan",
            )
        if item.stage and (issue is None or issue.chain is None):
            yield Invalid(
                f"{path}.stageCode",
                "ระบุขั้นได้เมื่อประเด็นมีห่วงโซ่คุณค่า ระบุ valueChain ของประเด็น หรือลบขั้น",
                "a stage needs an issue with a value chain; set valueChain of the issue, or "
                "remove the stage",
            )
        if item.planned is not None and not 0 <= item.planned <= MAX_SATANG:
            yield Invalid(
                f"{path}.planned",
                "วงเงินต้องเป็นบาท ตั้งแต่ 0 และไม่เกินหนึ่งพันล้านล้าน",
                "the amount must be 0 or more baht, and at most 10^15",
            )
