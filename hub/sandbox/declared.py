"""Linkages that generated projects of FY 2566 declare: issues of the agency's made-up plans.

Only projects of one ministry declare them, because a system proposes for its own agency alone.
"""

from functools import cache
from typing import Any, Final

from hub.sandbox.plans import list_themes
from hub.sandbox.reference_names import read_reference_rows

DECLARING_MINISTRY: Final = "15"
"""The ministry whose system the sandbox is, as `sandbox_ministry.toml` declares it."""
DECLARING_YEAR: Final = 2566
AREA_WITHOUT_PLAN: Final = "10"
"""Bangkok, which is not a province (slide 55) and has no such plan."""
SHARES: Final = (None, "0.25", "0.5", "1")


@cache
def list_stages() -> dict[str, list[str]]:
    """Return the codes of stages by chain, in their order."""
    stages: dict[str, list[str]] = {}
    for row in read_reference_rows("stages.csv"):
        stages.setdefault(row["chain_code"], []).append(row["code"])
    return stages


@cache
def list_chains(seed: int, province: str) -> tuple[str, ...]:
    """Return the chains of the issues of a province's plan, whose codes are 1, 2 and so on."""
    return tuple(theme.chain for theme in list_themes(seed, province))


def declare_linkages(
    seed: int, ministry: str, year: int, province: str, bits: int
) -> list[dict[str, Any]]:
    """Return the linkages of a project, most of them with a stage or a share; empty: none."""
    if ministry != DECLARING_MINISTRY or year != DECLARING_YEAR or province == AREA_WITHOUT_PLAN:
        return []
    chains = list_chains(seed, province)
    index = bits // 7 % len(chains)
    linkage = {"area": province, "fiscal_year_be": year, "issue_code": str(index + 1)}
    stages = list_stages()[chains[index]]
    if bits // 5 % 3:
        linkage["stage_code"] = stages[bits // 3 % len(stages)]
    if (share := SHARES[bits // 11 % len(SHARES)]) is not None:
        linkage["share"] = share
    return [linkage]
