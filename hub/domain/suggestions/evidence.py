"""Evidence that a project belongs to a stage, to a chain, or to none, and how it adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final


class EvidenceKind(Enum):
    """Where a piece of evidence comes from."""

    TITLE = "TITLE"
    STATED_STRATEGY = "STATED_STRATEGY"
    BUDGET_PLAN = "BUDGET_PLAN"
    MANDATE = "MANDATE"
    ROLE_TEXT = "ROLE_TEXT"
    PLACE = "PLACE"
    PRECEDENT = "PRECEDENT"
    ISSUE_NAME = "ISSUE_NAME"


REPEATED: Final = 0.5
"""A second piece of evidence for the same target counts half, a third a quarter, and so on."""
WITHOUT_CHAIN: Final = 0.35
"""Part that counts of evidence for a stage whose chain nothing else points to."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: what was found (`detail`), its target, and its weight, 0 upwards.

    `target` is `chain`, `chain/stage` or `NONE`. `alone` is false for evidence that needs other
    evidence for its chain.
    """

    kind: EvidenceKind
    detail: str
    target: str
    weight: float
    alone: bool = True


@dataclass(frozen=True, slots=True)
class ProjectTexts:
    """What a project is ranked by; `owner` is the id of its agency."""

    title: str
    owner: str | None = None
    stated_strategies: tuple[str, ...] = ()
    budget_plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedStage:
    """A stage (`chain/stage`), its score, 0 upwards, and its evidence in no order."""

    target: str
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def chain(self) -> str:
        """Return the code of the stage's chain."""
        return self.target.partition("/")[0]


def diminishing_sum(evidence: Iterable[Evidence]) -> float:
    """Return the sum of the weights; the second counts half, the third a quarter, and so on."""
    weights = [item.weight for item in evidence]
    if len(weights) == 1:
        return weights[0]
    weights.sort(reverse=True)
    return sum(weight * REPEATED**place for place, weight in enumerate(weights))


def weightiest_first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return evidence by descending weight, then by what was found."""
    return tuple(sorted(evidence, key=lambda item: (-item.weight, item.detail)))


def score_stage(
    target: str,
    own: Sequence[Evidence],
    of_chain: Sequence[Evidence],
    chain_score: float,
    share: float = 1.0,
) -> RankedStage:
    """Return the score of a stage: `share` of its own evidence and that of its chain, added.

    Without evidence for the chain, evidence that does not stand alone counts in part.
    """
    if not of_chain:
        own = [
            item
            if item.alone
            else Evidence(item.kind, item.detail, item.target, item.weight * WITHOUT_CHAIN, False)
            for item in own
        ]
    return RankedStage(target, share * (diminishing_sum(own) + chain_score), (*own, *of_chain))
