"""Rows of phases of value chains, and of counts that the slides report."""

from hub.domain.value_chain import build_phase_id
from hub.store.reference.rows import (
    ReferenceRows,
    localized_values,
    parse_buddhist_year,
    text_values,
)


def add_chain_phases(reference: ReferenceRows) -> None:
    """Add the phases of value chains (slide 40)."""
    for line in reference.read_lines("chain_phases"):
        key = build_phase_id(line["chain_code"], line["order"])
        goal = line["goal_th"]
        reference.add_row(
            "chain_phase",
            id=key,
            chain_id=line["chain_code"],
            ordinal=line["order"],
            **text_values(line, "name"),
            **(text_values(line, "goal") if goal else localized_values("goal", None, None)),
            first_year=parse_buddhist_year(line["first_year_be"]),
            last_year=parse_buddhist_year(line["last_year_be"]),
        )
        reference.add_provenance("ChainPhase", key, line, "chain_phases")


def add_plan_grade_counts(reference: ReferenceRows) -> None:
    """Add how many plans have each grade (slide 83)."""
    for line in reference.read_lines("plan_grade_counts"):
        code = line["code"] or ""
        reference.add_row(
            "plan_grade_count",
            id=code,
            ordinal=line["order"],
            level=line["level"],
            fiscal_year=parse_buddhist_year(line["fiscal_year_be"]),
            grade=line["grade"],
            count=line["count"],
            of=line["of"],
        )
        reference.add_provenance("PlanGradeCount", code, line, "plan_grade_counts")


def add_issue_counts(reference: ReferenceRows) -> None:
    """Add how many areas have an issue of each theme (slide 41)."""
    for line in reference.read_lines("issue_counts"):
        code = line["code"] or ""
        reference.add_row(
            "issue_count",
            id=code,
            ordinal=line["order"],
            level=line["level"],
            fiscal_year=parse_buddhist_year(line["fiscal_year_be"]),
            theme=line["theme"],
            rank=line["rank"],
            count=line["count"],
        )
        reference.add_provenance("IssueCount", code, line, "issue_counts")
