"""Linkages that generated projects declare: issues of the plans that the hub is delivered with.

Only projects of one ministry declare them, because a system proposes for its own agency alone.
"""

from functools import cache
from typing import Any, Final

from hub.sandbox.reference_names import read_reference_rows

DECLARING_MINISTRY: Final = "15"
"""The ministry whose system the sandbox is, as `sandbox_ministry.toml` declares it."""
DECLARING_YEAR: Final = 2566
EDITION: Final = "C2552-"
PLAN_YEAR: Final = 2556
"""The last year of these plans; plans of later years replace them once there are any."""
SHARES: Final = (None, "0.25", "0.5", "1")


@cache
def list_issues_by_area() -> dict[str, list[tuple[str, str | None]]]:
    """Return the issues of plans of clusters by area: code, and a stage of its chain if any."""
    areas = {row["code"]: row["area_code"] for row in read_reference_rows("plans.csv")}
    stages: dict[str, str] = {}
    for row in read_reference_rows("stages.csv"):
        stages.setdefault(row["chain_code"], row["code"])
    issues: dict[str, list[tuple[str, str | None]]] = {}
    for row in read_reference_rows("issues.csv"):
        issue = row["code"], stages.get(row["chain_code"])
        issues.setdefault(areas[row["plan_code"]], []).append(issue)
    return issues


@cache
def find_cluster(province: str) -> str | None:
    """Return the cluster of a province whose plan the hub has; null for a province without one."""
    return next(
        (
            row["parent_code"]
            for row in read_reference_rows("area_memberships.csv")
            if row["child_code"] == province
            and row["parent_code"].startswith(EDITION)
            and row["parent_code"] in list_issues_by_area()
        ),
        None,
    )


def declare_linkages(
    ministry: str, year: int, province: str, bits: int
) -> list[dict[str, Any]] | None:
    """Return the linkages of a project; null if it declares none."""
    cluster = find_cluster(province)
    if ministry != DECLARING_MINISTRY or year != DECLARING_YEAR or cluster is None:
        return None
    issues = list_issues_by_area()[cluster]
    code, stage = issues[bits // 7 % len(issues)]
    linkage = {"area": cluster, "fiscal_year_be": PLAN_YEAR, "issue_code": code}
    if stage is not None:
        linkage["stage_code"] = stage
    if (share := SHARES[bits // 11 % len(SHARES)]) is not None:
        linkage["share"] = share
    return [linkage]
