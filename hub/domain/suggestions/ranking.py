"""Rank the stages of value chains for a project by weighted evidence, or abstain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from hub.domain.suggestions.evidence import (
    Evidence,
    EvidenceKind,
    ProjectTexts,
    RankedStage,
    diminishing_sum,
    score_stage,
    weightiest_first,
)
from hub.domain.suggestions.phrases import NO_CHAIN, Lexicon, PhraseRule, without_plan_kind
from hub.domain.suggestions.trigrams import TrigramIndex

SHARE_OF_KIND: Final = {
    EvidenceKind.TITLE: 1.0,
    EvidenceKind.STATED_STRATEGY: 0.5,
    EvidenceKind.BUDGET_PLAN: 0.25,
}
"""How much a phrase counts by its text: what is done decides, a plan's name alone never does."""
ROLE_TEXT_WEIGHT: Final = 8.0
"""Weight of a title that is equal to the words of a stage and its roles; in part if it is alike."""
PLACE_WEIGHT: Final = 2.0
"""Weight of the place: an issue of the project's own area follows a chain of that area."""
UNNAMED_SHARE: Final = 0.5
"""Part that counts of a stage of a local chain that only its theme points to: water for fields in
an area whose chain is of jasmine rice."""
LEAST_SCORE: Final = 2.0
"""A stage with a lower score is not suggested."""
NO_CHAIN_MARGIN: Final = 0.8
"""No chain fits if the evidence for that is at least this part of the best stage's score."""
LEAST_SHARE_OF_BEST: Final = 0.45
"""A stage is suggested beside the best one if it has at least this part of its score."""


@dataclass(frozen=True, slots=True)
class StageProfile:
    """What is known about a stage: its key `chain/stage`, its names, and its expected roles."""

    key: str
    names: tuple[str, ...]
    roles: tuple[str, ...] = ()

    @property
    def chain(self) -> str:
        """Return the code of the stage's chain."""
        return self.key.partition("/")[0]


@dataclass(frozen=True, slots=True)
class ChainProfile:
    """A value chain by code; `local`: drawn by an area, so only its own issues follow it."""

    code: str
    theme: str | None
    local: bool
    stages: tuple[StageProfile, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The stages that fit, best first; none: no chain fits.

    `no_chain` is the evidence for that. `best` is the best stage also when it is not suggested.
    """

    stages: tuple[RankedStage, ...]
    no_chain: tuple[Evidence, ...]
    best: RankedStage | None

    @property
    def abstained(self) -> bool:
        """Return whether no chain fits well enough."""
        return not self.stages


class Ranker:
    """Rank stages for projects; built once from the phrases, the mandates and the chains."""

    def __init__(
        self,
        lexicon: Lexicon,
        mandates: Mapping[str, Sequence[PhraseRule]],
        chains: Sequence[ChainProfile],
    ) -> None:
        self._lexicon = lexicon
        self._mandates = mandates
        self.chains = {chain.code: chain for chain in chains}

    @cached_property
    def stages(self) -> dict[str, StageProfile]:
        """Return the stages by key."""
        return {stage.key: stage for chain in self.chains.values() for stage in chain.stages}

    @cached_property
    def _index(self) -> TrigramIndex:
        return TrigramIndex(
            {stage.key: [*stage.names, *stage.roles] for stage in self.stages.values()}
        )

    @cached_property
    def _inherited(self) -> dict[str, list[str]]:
        """Return the targets of local chains that take over the evidence of a role chain's.

        A local chain without phrases of its own takes over what names the chain of its theme; a
        stage of it without phrases, what names the stage whose words are most like its name.
        """
        taken_over: dict[str, list[str]] = {}
        for chain in self.chains.values():
            of_theme = self._of_theme(chain)
            if not of_theme:
                continue
            if chain.code not in self._lexicon.targets:
                for other in of_theme:
                    taken_over.setdefault(other, []).append(chain.code)
            for stage in chain.stages:
                if stage.key not in self._lexicon.targets:
                    likest = self._likest(stage, of_theme)
                    if likest:
                        taken_over.setdefault(likest, []).append(stage.key)
        return taken_over

    def _of_theme(self, chain: ChainProfile) -> list[str]:
        """Return the codes of the role chains with the theme of a local chain."""
        return [
            other.code
            for other in self.chains.values()
            if chain.local and chain.theme and not other.local and other.theme == chain.theme
        ]

    def _likest(self, stage: StageProfile, chains: Collection[str]) -> str | None:
        alike = {
            key: value
            for key, value in self._index.similarities(" ".join(stage.names)).items()
            if key.partition("/")[0] in chains
        }
        return max(alike, key=lambda key: (alike[key], key), default=None)

    def find_phrases(self, text: str) -> list[PhraseRule]:
        """Return the rules of the phrases of a text."""
        return self._lexicon.find(text)

    def rank(
        self,
        texts: ProjectTexts,
        local_chains: Collection[str] = (),
        precedents: Sequence[Evidence] = (),
    ) -> Ranking:
        """Return the stages that fit a project, best first.

        Role chains always compete; a local chain only if something names it and it is among
        `local_chains`, the chains that issues of the project's areas follow. `precedents` is
        further evidence.
        """
        by_target: dict[str, list[Evidence]] = {}
        for item in [*self._evidence(texts), *precedents]:
            for target in (item.target, *self._inherited.get(item.target, ())):
                own = item if target == item.target else replace(item, target=target)
                by_target.setdefault(target, []).append(own)
        no_chain = weightiest_first(by_target.get(NO_CHAIN, ()))
        ranked = [
            stage
            for chain in self.chains.values()
            if not chain.local or chain.code in local_chains
            for stage in self._score(chain, by_target)
        ]
        ranked.sort(key=lambda item: (-item.score, item.target))
        best = ranked[0] if ranked else None
        if (
            best is None
            or best.score < LEAST_SCORE
            or diminishing_sum(no_chain) >= NO_CHAIN_MARGIN * best.score
        ):
            return Ranking((), no_chain, best)
        least = max(LEAST_SCORE, LEAST_SHARE_OF_BEST * best.score)
        return Ranking(tuple(item for item in ranked if item.score >= least), no_chain, best)

    def _score(
        self, chain: ChainProfile, by_target: Mapping[str, list[Evidence]]
    ) -> list[RankedStage]:
        """Return the stages of a chain that have evidence, with their scores."""
        of_chain = by_target.get(chain.code, [])
        share = 1.0
        if chain.local:
            if of_chain:
                place = Evidence(EvidenceKind.PLACE, chain.code, chain.code, PLACE_WEIGHT)
                of_chain = [*of_chain, place]
            else:
                share = UNNAMED_SHARE
                of_chain = [
                    item for other in self._of_theme(chain) for item in by_target.get(other, ())
                ]
                if not of_chain:
                    return []
        chain_score = diminishing_sum(of_chain)
        return [
            score_stage(stage.key, own, of_chain, chain_score, share)
            for stage in chain.stages
            if (own := by_target.get(stage.key, ())) or of_chain
        ]

    def _evidence(self, texts: ProjectTexts) -> list[Evidence]:
        """Return the evidence of a project's texts, its owner's mandate and the roles' words."""
        sources = (
            (EvidenceKind.TITLE, (texts.title,)),
            (EvidenceKind.STATED_STRATEGY, texts.stated_strategies),
            (EvidenceKind.BUDGET_PLAN, tuple(map(without_plan_kind, texts.budget_plans))),
        )
        evidence = [
            Evidence(kind, rule.phrase, rule.target, rule.weight * SHARE_OF_KIND[kind], rule.alone)
            for kind, several in sources
            for text in several
            for rule in self._lexicon.find(text)
        ]
        evidence += [
            Evidence(EvidenceKind.MANDATE, rule.phrase, rule.target, rule.weight)
            for rule in self._mandates.get(texts.owner or "", ())
        ]
        evidence += [
            Evidence(EvidenceKind.ROLE_TEXT, key, key, ROLE_TEXT_WEIGHT * alike)
            for key, alike in self._index.similarities(texts.title).items()
        ]
        return evidence
