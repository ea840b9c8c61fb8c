"""Find gaps by the criterion of the matrix: the same lists, basis and reporting obligations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from hub.domain.agencies import ActorLevel
from hub.domain.findings_of_roles import FollowedIssue, GapFact
from hub.domain.sources.coverage import CellScope
from hub.domain.sources.freshness import SourceCoverage, is_unreported
from hub.domain.value_chain import ExpectedRole, Stage, ValueChain
from hub.services.matrix.activity_list import (
    ActivityList,
    Basis,
    fetch_activities,
    find_basis,
)
from hub.store.database import StoreConnection
from hub.store.findings.gaps import Place, fetch_filled_places, fetch_followed_issues
from hub.store.matrix.freshness import fetch_promises
from hub.store.read_transaction import ReadTransaction
from hub.store.value_chain import ValueChains
from hub.store.value_chain_mappings import ValueChainMappings


async def fetch_gaps(connection: StoreConnection, at: datetime) -> list[GapFact]:
    """Return the gaps of all published issues, by issue, stage and level."""
    issues = await fetch_followed_issues(connection)
    transaction = ReadTransaction.from_connection(connection)
    chains = ValueChains(transaction)
    by_id = await chains.by_id([one.chain_id for one in issues])
    stages = await chains.stages_by_chain(list(by_id))
    lists = await fetch_activities(chains, ValueChainMappings(transaction), list(by_id.values()))
    expected = {
        key: list(list_expected(chain, lists[key], stages[key])) for key, chain in by_id.items()
    }
    promises = await fetch_promises(transaction, None)
    filled = await fetch_filled_places(connection)
    return list(find_gaps(issues, expected, filled, UnreportedYears(promises, at)))


def find_gaps(
    issues: Iterable[FollowedIssue],
    expected: Mapping[str, Sequence[tuple[Stage, ActorLevel, tuple[ExpectedRole, ...]]]],
    filled: Mapping[Place, frozenset[int]],
    unreported: "UnreportedYears",
) -> Iterator[GapFact]:
    """Yield the expected places of each issue's chain that nobody fills in some year."""
    for issue in issues:
        for stage, level, roles in expected[issue.chain_id]:
            present = filled.get((issue.issue_id, stage.id, level.value), frozenset())
            years = tuple(
                year
                for year in issue.years
                if year not in present and not unreported.contains(issue.area_id, level, year)
            )
            if years:
                yield GapFact(issue=issue, stage=stage, level=level, roles=roles, years=years)


def list_expected(
    chain: ValueChain, activities: ActivityList | None, stages: Sequence[Stage]
) -> Iterator[tuple[Stage, ActorLevel, tuple[ExpectedRole, ...]]]:
    """Yield the stages and levels at which someone is expected, with the roles that expect them.

    A chain for role matrices whose matrix is empty expects nobody.
    """
    if activities is None and chain.template_id == chain.id:
        return
    for stage in stages:
        listed = activities.roles.get(stage.code, []) if activities else []
        for level in ActorLevel:
            basis = find_basis(chain, activities, stage.code, level.value)
            roles = tuple(role for role in listed if role.level is level)
            if basis is Basis.EVERY_STAGE:
                yield stage, level, ()
            elif basis is Basis.ROLES and roles:
                yield stage, level, roles


class UnreportedYears:
    """Places and years of which no source that should report them has, so that nothing is a gap."""

    def __init__(self, promises: Sequence[SourceCoverage], at: datetime) -> None:
        self._promises = promises
        self._at = at
        self._found: dict[tuple[str, ActorLevel, int], bool] = {}

    def contains(self, area_id: str, level: ActorLevel, year: int) -> bool:
        """Return whether nothing was reported of a level in an area and a fiscal year (CE)."""
        key = (area_id, level, year)
        if key not in self._found:
            cell = CellScope(frozenset({level}), None, frozenset({area_id}), (year,))
            self._found[key] = is_unreported(self._promises, cell, self._at)
        return self._found[key]
