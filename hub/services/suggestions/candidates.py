"""The issues and stages that a ranking leads to: an issue follows a chain in its area and years."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hub.domain.plans import Plan, StrategicIssue
from hub.domain.projects import Project
from hub.domain.suggestions.evidence import Evidence, EvidenceKind, RankedStage
from hub.domain.suggestions.ranking import Ranking
from hub.domain.suggestions.suggestion import SuggestionKey
from hub.services.suggestions.ranker import SuggestionRanker

ISSUE_NAME_WEIGHT: Final = 0.75
"""Weight of a phrase that the title and the name of the issue share; two count at most."""
THEME_SHARE: Final = 0.8
"""Part that counts of a stage's score for an issue that has its theme but follows no chain."""


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """An issue with the Common Era years of its plan, and the phrases of its name."""

    issue: StrategicIssue
    years: frozenset[int]
    phrases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A linkage that could be proposed, its score, 0 upwards, and its evidence."""

    key: SuggestionKey
    score: float
    evidence: tuple[Evidence, ...]
    issue: StrategicIssue

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Return the sort key: the best first."""
        key = self.key
        return -round(self.score * 1000), key.project_id, key.issue_id, key.stage_id or ""


def open_issues(
    ranker: SuggestionRanker, issues: Iterable[StrategicIssue], plans: dict[str, Plan]
) -> list[OpenIssue]:
    """Return issues with the years of their plans."""
    return [
        OpenIssue(
            issue,
            frozenset(year.ce for year in plans[issue.plan_id].period),
            frozenset(rule.phrase for rule in ranker.ranker.find_phrases(issue.name.th)),
        )
        for issue in issues
        if issue.plan_id in plans
    ]


def rank_project(
    ranker: SuggestionRanker, project: Project, issues: Sequence[OpenIssue]
) -> tuple[Ranking, list[Candidate]]:
    """Return the ranking of a project and its candidates among issues, best first."""
    years = {year.ce for year in project.fiscal_years}
    in_force = [one for one in issues if years & one.years]
    ranking = ranker.rank(project, {one.issue.chain_id for one in in_force if one.issue.chain_id})
    if ranking.abstained or not in_force:
        return ranking, []
    phrases = {
        item.detail
        for stage in ranking.stages
        for item in stage.evidence
        if item.kind is EvidenceKind.TITLE
    }
    found = [
        candidate
        for one in in_force
        for candidate in _of_issue(ranker, project, ranking, one, phrases)
    ]
    return ranking, sorted(found, key=lambda candidate: candidate.order)


def _of_issue(
    ranker: SuggestionRanker,
    project: Project,
    ranking: Ranking,
    one: OpenIssue,
    phrases: Collection[str],
) -> Iterable[Candidate]:
    issue = one.issue
    shared = sorted(one.phrases & set(phrases))[:2]
    shared_evidence = tuple(
        Evidence(EvidenceKind.ISSUE_NAME, phrase, issue.id, ISSUE_NAME_WEIGHT) for phrase in shared
    )
    more = sum(item.weight for item in shared_evidence)
    if issue.chain_id is not None:
        for stage in ranking.stages:
            if stage.chain == issue.chain_id:
                key = SuggestionKey(project.id, issue.id, ranker.stage_ids[stage.target])
                yield Candidate(key, stage.score + more, (*stage.evidence, *shared_evidence), issue)
        return
    best = _best_of_theme(ranker, ranking, issue.theme)
    if best is not None:
        yield Candidate(
            SuggestionKey(project.id, issue.id),
            THEME_SHARE * best.score + more,
            (
                *(replace(item, weight=THEME_SHARE * item.weight) for item in best.evidence),
                *shared_evidence,
            ),
            issue,
        )


def _best_of_theme(
    ranker: SuggestionRanker, ranking: Ranking, theme: str | None
) -> RankedStage | None:
    """Return the best stage of the chains with a theme."""
    chains = ranker.ranker.chains
    return next(
        (stage for stage in ranking.stages if theme and chains[stage.chain].theme == theme), None
    )
