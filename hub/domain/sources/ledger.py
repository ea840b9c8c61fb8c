"""The account of a run: every record that was read, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import Enum
from typing import Any, ClassVar

from hub.domain.budget import BudgetPhase
from hub.domain.money import Money
from hub.domain.record import record


class Outcome(Enum):
    """What became of a record that was read (ผลของระเบียน)."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    DUPLICATE = "DUPLICATE"
    QUARANTINED = "QUARANTINED"


Amounts = Mapping[BudgetPhase, int]


def add_amounts(left: Amounts, right: Amounts, sign: int = 1) -> dict[BudgetPhase, int]:
    """Two sets of amounts, phase by phase; phases are never added to one another."""
    sums = {**left}
    for phase, satang in right.items():
        sums[phase] = sums.get(phase, 0) + sign * satang
    return {phase: sums[phase] for phase in BudgetPhase if sums.get(phase)}


@record
class PhaseAmount:
    """Money of one phase; phases are never added to one another (จำนวนเงินตามขั้นของงบประมาณ)."""

    phase: BudgetPhase
    amount: Money


def list_phase_amounts(amounts: Amounts) -> list[PhaseAmount]:
    """Amounts in the order of the phases."""
    return [PhaseAmount(p, Money(amounts[p])) for p in BudgetPhase if amounts.get(p)]


@record
class OutcomeCount:
    """How many records came to one end, and what amounts they tell (จำนวนระเบียนตามผล)."""

    outcome: Outcome
    records: int
    amounts: list[PhaseAmount]


@record
class Ledger:
    """The account of a run: records and satang, by what became of them (บัญชีของรอบนำเข้า).

    What was read is counted when it is read and what became of it when that is settled, so that
    `balanced` compares two counts and not one with itself.
    """

    STORED_OUTCOMES: ClassVar[tuple[Outcome, ...]] = (
        Outcome.NEW,
        Outcome.CHANGED,
        Outcome.UNCHANGED,
    )

    read: int = 0
    vanished: int = 0
    counts: dict[Outcome, int] = field(default_factory=dict)
    satang_read: dict[BudgetPhase, int] = field(default_factory=dict)
    satang: dict[Outcome, dict[BudgetPhase, int]] = field(default_factory=dict)

    def with_records_read(self, amounts: Iterable[Amounts]) -> "Ledger":
        """After reading records with these amounts."""
        read, sums = self.read, dict(self.satang_read)
        for record_amounts in amounts:
            read += 1
            for phase, satang in record_amounts.items():
                sums[phase] = sums.get(phase, 0) + satang
        return replace(self, read=read, satang_read=add_amounts(sums, {}))

    def with_outcomes(self, results: Iterable[tuple[Outcome, Amounts]]) -> "Ledger":
        """After records with these amounts came to these ends."""
        counts = dict(self.counts)
        satang = {outcome: dict(sums) for outcome, sums in self.satang.items()}
        for outcome, amounts in results:
            counts[outcome] = counts.get(outcome, 0) + 1
            sums = satang.setdefault(outcome, {})
            for phase, amount in amounts.items():
                sums[phase] = sums.get(phase, 0) + amount
        totals = {outcome: add_amounts(sums, {}) for outcome, sums in satang.items()}
        return replace(self, counts=counts, satang=totals)

    def with_outcome(self, outcome: Outcome, amounts: Amounts, times: int = 1) -> "Ledger":
        """After a record came to that end; `times` -1 takes it back."""
        counts = {**self.counts, outcome: self.counts.get(outcome, 0) + times}
        sums = add_amounts(self.satang.get(outcome, {}), amounts, times)
        return replace(self, counts=counts, satang={**self.satang, outcome: sums})

    def with_outcome_changed(self, before: Outcome, after: Outcome, amounts: Amounts) -> "Ledger":
        """After it turned out that a record came to another end."""
        return self.with_outcome(before, amounts, -1).with_outcome(after, amounts)

    def with_vanished(self, vanished: int) -> "Ledger":
        """After records were found to have vanished from the source."""
        return replace(self, vanished=self.vanished + vanished)

    def count_of(self, outcome: Outcome) -> int:
        """How many records came to that end."""
        return self.counts.get(outcome, 0)

    @property
    def stored_amounts(self) -> dict[BudgetPhase, int]:
        """Satang of what the hub holds of this reading: new, changed or unchanged."""
        sums: dict[BudgetPhase, int] = {}
        for outcome in self.STORED_OUTCOMES:
            sums = add_amounts(sums, self.satang.get(outcome, {}))
        return sums

    @property
    def read_amounts(self) -> list[PhaseAmount]:
        """What the records that were read tell, trusted or not, by phase."""
        return list_phase_amounts(self.satang_read)

    @property
    def outcomes(self) -> list[OutcomeCount]:
        """Every end there is, with its records and amounts, in the order of `Outcome`."""
        return [
            OutcomeCount(
                outcome, self.count_of(outcome), list_phase_amounts(self.satang.get(outcome, {}))
            )
            for outcome in Outcome
        ]

    @property
    def balanced(self) -> bool:
        """Whether every record and every satang that was read is accounted for."""
        sums: dict[BudgetPhase, int] = {}
        for amounts in self.satang.values():
            sums = add_amounts(sums, amounts)
        return self.read == sum(self.counts.values()) and add_amounts(self.satang_read, {}) == sums

    def dump(self) -> dict[str, Any]:
        """As it is kept with a run."""
        return {
            "read": self.read,
            "vanished": self.vanished,
            "counts": {o.value: self.count_of(o) for o in Outcome},
            "satangRead": {p.value: n for p, n in self.satang_read.items()},
            "satang": {
                o.value: {p.value: n for p, n in sums.items()} for o, sums in self.satang.items()
            },
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Ledger":
        """From what `dump` made."""
        return cls(
            stored["read"],
            stored["vanished"],
            {Outcome(o): n for o, n in stored["counts"].items()},
            {BudgetPhase(p): n for p, n in stored["satangRead"].items()},
            {
                Outcome(o): {BudgetPhase(p): n for p, n in sums.items()}
                for o, sums in stored["satang"].items()
            },
        )
