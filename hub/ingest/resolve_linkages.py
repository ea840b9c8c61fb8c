"""Resolve the codes of declared linkages to issues and stages; what is unknown becomes a doubt.

Only published plans are searched: a source must not find out which drafts exist.
"""

from collections.abc import Iterable

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.linkage_commands import IssueLookup
from hub.domain.linkage_declarations import ResolvedLinkage
from hub.domain.sources.linkages import DeclaredLinkage
from hub.domain.sources.records import Doubt
from hub.ingest.linkage_doubts import build_issue_doubt, build_stage_doubt
from hub.store.database import StoreConnection
from hub.store.ingest.facts import RecordFacts
from hub.store.linkage_targets import TargetIssue, find_issues, find_stages


class CodeResolver:
    """Resolves the codes of a batch, whose issues and stages were fetched together."""

    def __init__(
        self,
        issues: dict[IssueLookup, list[TargetIssue]],
        stages: dict[tuple[str, str], str],
    ) -> None:
        self._issues = issues
        self._stages = stages

    @classmethod
    async def fetch(
        cls, connection: StoreConnection, linkages: Iterable[DeclaredLinkage]
    ) -> "CodeResolver":
        """Return the resolver of these linkages; two statements, or one without a stage."""
        wanted = list(linkages)
        issues = await find_issues(connection, ANONYMOUS, map(build_lookup, wanted))
        stages = {
            (issue.chain_id, one.stage_code)
            for one in wanted
            for issue in issues[build_lookup(one)]
            if one.stage_code is not None and issue.chain_id is not None
        }
        return cls(issues, await find_stages(connection, sorted(stages)) if stages else {})

    def resolve(self, fact: RecordFacts) -> tuple[list[ResolvedLinkage], list[Doubt]]:
        """Return the linkages of a record that are known, and doubts about the others."""
        resolved: list[ResolvedLinkage] = []
        doubts: list[Doubt] = []
        for number, one in enumerate(fact.linkages):
            found = self._resolve(fact.record_id, number, one)
            if isinstance(found, Doubt):
                doubts.append(found)
            else:
                resolved.append(found)
        return resolved, doubts

    def _resolve(
        self, record_id: int, number: int, linkage: DeclaredLinkage
    ) -> ResolvedLinkage | Doubt:
        issues = self._issues[build_lookup(linkage)]
        if len(issues) != 1:
            return build_issue_doubt(linkage, issues)
        issue, stage_id = issues[0], None
        if linkage.stage_code is not None:
            chain = issue.chain_id or ""
            stage_id = self._stages.get((chain, linkage.stage_code))
            if stage_id is None:
                return build_stage_doubt(linkage, chain)
        return ResolvedLinkage(
            record_id, number, issue.id, stage_id, linkage.stage_code, linkage.share
        )


def build_lookup(linkage: DeclaredLinkage) -> IssueLookup:
    """Return the lookup of a linkage's issue."""
    return IssueLookup(area=linkage.area, year=linkage.fiscal_year, code=linkage.issue_code)
