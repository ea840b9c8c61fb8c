"""Build the ranker over the chains of hub/reference, and the local chains of each area."""

from collections import defaultdict
from functools import lru_cache

from hub.domain.suggestions.phrases import Lexicon
from hub.domain.suggestions.ranking import ChainProfile, Ranker, StageProfile
from hub.services.suggestions.lexicon import agency_mandates, phrase_lexicon
from tests.services.suggestions.labelled import rows_of_file
from tests.services.suggestions.reference_codes import REFERENCE

BLANK_CHAIN = "generic-template"


def reference_ranker(lexicon: Lexicon | None = None) -> Ranker:
    """Return a ranker over the reference chains, with the phrases of the hub or with others."""
    return Ranker(lexicon or phrase_lexicon(), agency_mandates(), reference_chains())


@lru_cache(maxsize=1)
def reference_chains() -> tuple[ChainProfile, ...]:
    """Return the chains of the reference, without the blank template of slide 39."""
    roles: dict[str, list[str]] = defaultdict(list)
    for row in rows_of_file(REFERENCE / "expected_roles.csv"):
        roles[f"{row['chain_code']}/{row['stage_code']}"].append(row["statement_th"])
    stages: dict[str, list[StageProfile]] = defaultdict(list)
    for row in rows_of_file(REFERENCE / "stages.csv"):
        key = f"{row['chain_code']}/{row['code']}"
        names = tuple(filter(None, (row["name_th"], row["group_th"])))
        stages[row["chain_code"]].append(StageProfile(key, names, tuple(roles[key])))
    return tuple(
        ChainProfile(
            row["code"],
            row["theme"] or None,
            row["template_code"] != row["code"],
            tuple(stages[row["code"]]),
        )
        for row in rows_of_file(REFERENCE / "value_chains.csv")
        if row["code"] != BLANK_CHAIN
    )


@lru_cache(maxsize=1)
def local_chains_by_area() -> dict[str, set[str]]:
    """Return the codes of the chains that issues of an area, or of its cluster, follow."""
    area_of_plan = {row["code"]: row["area_code"] for row in rows_of_file(REFERENCE / "plans.csv")}
    chains: dict[str, set[str]] = defaultdict(set)
    for row in rows_of_file(REFERENCE / "issues.csv"):
        if row["chain_code"]:
            chains[area_of_plan[row["plan_code"]]].add(row["chain_code"])
    for row in rows_of_file(REFERENCE / "area_memberships.csv"):
        if row["parent_code"] in chains:
            chains[row["child_code"]] |= chains[row["parent_code"]]
    return dict(chains)
