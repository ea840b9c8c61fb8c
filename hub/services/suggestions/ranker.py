"""The ranker over the chains of the database, built once per process and data version."""

from collections.abc import Collection
from functools import lru_cache

from hub.domain.projects import Project
from hub.domain.suggestions.evidence import Evidence, EvidenceKind, ProjectTexts
from hub.domain.suggestions.ranking import ChainProfile, Ranker, Ranking, StageProfile
from hub.domain.suggestions.trigrams import TrigramIndex
from hub.services.suggestions.lexicon import agency_mandates, phrase_lexicon
from hub.store.suggestions import Precedent, StageRow
from hub.store.unit_of_work import UnitOfWork

PRECEDENT_WEIGHT = 3.0
"""Weight of an agreed linkage of a project with an equal title; in part if the title is alike."""
LEAST_ALIKE = 0.5
"""Titles that are less alike are no precedents."""
MAX_CACHED = 20_000
"""Rankings that are cached: about 3 KB each."""


class SuggestionRanker:
    """Rank projects, with the precedents of the database; rankings are cached by their inputs."""

    def __init__(self, rows: Collection[StageRow], precedents: Collection[Precedent]) -> None:
        self.stage_ids = {row.key: row.stage_id for row in rows}
        chains: dict[str, list[StageRow]] = {}
        for row in rows:
            chains.setdefault(row.chain_id, []).append(row)
        self.ranker = Ranker(
            phrase_lexicon(),
            agency_mandates(),
            [
                ChainProfile(
                    code,
                    some[0].theme,
                    some[0].local,
                    tuple(StageProfile(row.key, row.names, row.roles) for row in some),
                )
                for code, some in chains.items()
            ],
        )
        self._precedents = {one.linkage_id: one for one in precedents}
        self._titles = TrigramIndex({one.linkage_id: [one.title] for one in precedents})
        self._rank = lru_cache(maxsize=MAX_CACHED)(self._rank_uncached)

    def rank(self, project: Project, local_chains: Collection[str]) -> Ranking:
        """Return the ranking of a project; `local_chains` are those that issues follow there."""
        return self._rank(project.name.th, project.owner_id, frozenset(local_chains))

    def _rank_uncached(
        self, title: str, owner_id: str | None, local_chains: frozenset[str]
    ) -> Ranking:
        alike = self._titles.similarities(title) if self._precedents else {}
        precedents = [
            Evidence(
                EvidenceKind.PRECEDENT,
                self._precedents[key].title,
                self._precedents[key].stage_key,
                PRECEDENT_WEIGHT * value,
            )
            for key, value in alike.items()
            if value >= LEAST_ALIKE
        ]
        return self.ranker.rank(ProjectTexts(title, owner_id), local_chains, precedents)


_built: dict[str, SuggestionRanker] = {}


async def fetch_ranker(unit: UnitOfWork) -> SuggestionRanker:
    """Return the ranker of the data version that the request reads; one statement if it is built.

    The process keeps the ranker of one version: a later one replaces it.
    """
    stamp = await unit.suggestions.stamp()
    ranker = _built.get(stamp)
    if ranker is None:
        ranker = SuggestionRanker(
            await unit.suggestions.profiles(), await unit.suggestions.precedents()
        )
        _built.clear()
        _built[stamp] = ranker
    return ranker
