"""The ledger of a run: how many records were read, and the outcome of each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum
from typing import Any, ClassVar

from hub.domain.budget import BudgetPhase
from hub.domain.money import Money
from hub.domain.record import record


class Outcome(Enum):
    """Outcome of a record (ผลของระเบียน)."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    DUPLICATE = "DUPLICATE"
    QUARANTINED = "QUARANTINED"
    REFUSED = "REFUSED"


Amounts = Mapping[BudgetPhase, int]


def add_amounts(left: Amounts, right: Amounts, sign: int = 1) -> dict[BudgetPhase, int]:
    """Return the sums of two sets of amounts per phase; phases are never added to one another."""
    sums = {**left}
    for phase, satang in right.items():
        sums[phase] = sums.get(phase, 0) + sign * satang
    return {phase: sums[phase] for phase in BudgetPhase if sums.get(phase)}


def add_amounts_by_name(amounts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of amounts per phase, by the name of the phase."""
    sums: dict[str, int] = {}
    for one in amounts:
        for phase, satang in one.items():
            sums[phase] = sums.get(phase, 0) + satang
    return sums


@record
class PhaseAmount:
    """Money of one phase; phases are never added to one another (จำนวนเงินตามขั้นของงบประมาณ)."""

    phase: BudgetPhase
    amount: Money


def list_phase_amounts(amounts: Amounts) -> list[PhaseAmount]:
    """Return the amounts in the order of the phases."""
    return [PhaseAmount(p, Money(amounts[p])) for p in BudgetPhase if amounts.get(p)]


@record
class VanishedRow:
    """A waiting row that is no longer in its source: its satang by phase, and whether an amount of
    it is in no sum.
    """

    amounts: Amounts
    lacks_amount: bool


@record
class OutcomeCount:
    """Records and amounts with one outcome (จำนวนระเบียนตามผล).

    `without_amount` are those of the records of which an amount cannot be read, or that have none.
    """

    outcome: Outcome
    records: int
    amounts: list[PhaseAmount]
    without_amount: int


@record
class Ledger:
    """The ledger of a run: records and satang by outcome (บัญชีของรอบนำเข้า).

    Records are counted when they are read and outcomes when they are decided, and `satang_stored`
    is the sum of the stored lines of the run (null until it ends), so `balanced` compares
    independent counts. Money that cannot be read is in no sum: the records are counted instead;
    `finer_than_satang` of them can be read, but have parts of a satang. `refused_by` has the
    records that people have refused, by person. `vanished` includes rows that waited, which
    `vanished_waiting` are.
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
    read_without_amount: int = 0
    without_amount: dict[Outcome, int] = field(default_factory=dict)
    satang_vanished: dict[BudgetPhase, int] = field(default_factory=dict)
    satang_stored: dict[BudgetPhase, int] | None = None
    finer_than_satang: int = 0
    refused_by: dict[str, int] = field(default_factory=dict)
    vanished_waiting: int = 0
    vanished_without_amount: int = 0

    def with_records_read(
        self, amounts: Iterable[Amounts], without_amount: int = 0, finer_than_satang: int = 0
    ) -> "Ledger":
        """Return the ledger after reading records with these amounts.

        `without_amount` of them have an amount that cannot be counted, or none; the amounts of
        `finer_than_satang` of these have parts of a satang.
        """
        read, sums = self.read, dict(self.satang_read)
        for record_amounts in amounts:
            read += 1
            for phase, satang in record_amounts.items():
                sums[phase] = sums.get(phase, 0) + satang
        return replace(
            self,
            read=read,
            satang_read=add_amounts(sums, {}),
            read_without_amount=self.read_without_amount + without_amount,
            finer_than_satang=self.finer_than_satang + finer_than_satang,
        )

    def with_refused_by(self, people: Iterable[str]) -> "Ledger":
        """Return the ledger after these people's refusals applied, each to one record."""
        counts = Counter(self.refused_by)
        counts.update(people)
        return replace(self, refused_by=dict(counts))

    def with_outcomes_without_amount(self, outcomes: Iterable[Outcome]) -> "Ledger":
        """Return the ledger after records without a readable amount had these outcomes."""
        counts = Counter(self.without_amount)
        counts.update(outcomes)
        return replace(self, without_amount=dict(counts))

    def with_outcomes(self, results: Iterable[tuple[Outcome, Amounts]]) -> "Ledger":
        """Return the ledger after records with these amounts had these outcomes."""
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
        """Return the ledger after a record had this outcome; `times` -1 subtracts it."""
        counts = {**self.counts, outcome: self.counts.get(outcome, 0) + times}
        sums = add_amounts(self.satang.get(outcome, {}), amounts, times)
        return replace(self, counts=counts, satang={**self.satang, outcome: sums})

    def with_outcome_changed(
        self, before: Outcome, after: Outcome, amounts: Amounts, *, lacks_amount: bool = False
    ) -> "Ledger":
        """Return the ledger after the outcome of a record changed."""
        changed = self.with_outcome(before, amounts, -1).with_outcome(after, amounts)
        if not lacks_amount:
            return changed
        counts = Counter(self.without_amount)
        counts.update({before: -1, after: 1})
        return replace(changed, without_amount=dict(counts))

    def with_vanished(self, vanished: int, amounts: Amounts) -> "Ledger":
        """Return the ledger after stored records with these amounts vanished from the source.

        Records that the source reports as deleted are CHANGED, so `vanished` does not count them.
        """
        return replace(
            self,
            vanished=self.vanished + vanished,
            satang_vanished=add_amounts(self.satang_vanished, amounts),
        )

    def with_vanished_waiting(self, rows: Sequence[VanishedRow]) -> "Ledger":
        """Return the ledger after waiting rows of records that are not stored vanished."""
        sums: dict[BudgetPhase, int] = {}
        for row in rows:
            sums = add_amounts(sums, row.amounts)
        return replace(
            self.with_vanished(len(rows), sums),
            vanished_waiting=self.vanished_waiting + len(rows),
            vanished_without_amount=self.vanished_without_amount
            + sum(row.lacks_amount for row in rows),
        )

    def with_stored(self, amounts: Amounts) -> "Ledger":
        """Return the ledger with the sums of the lines that are stored after the run."""
        return replace(self, satang_stored=add_amounts(amounts, {}))

    def count_of(self, outcome: Outcome) -> int:
        """Return the number of records with an outcome."""
        return self.counts.get(outcome, 0)

    @property
    def stored_amounts(self) -> dict[BudgetPhase, int]:
        """Return the satang of stored records by phase: new, changed or unchanged."""
        sums: dict[BudgetPhase, int] = {}
        for outcome in self.STORED_OUTCOMES:
            sums = add_amounts(sums, self.satang.get(outcome, {}))
        return sums

    @property
    def vanished_amounts(self) -> list[PhaseAmount]:
        """Return the amounts of vanished records, by phase."""
        return list_phase_amounts(self.satang_vanished)

    @property
    def read_amounts(self) -> list[PhaseAmount]:
        """Return the amounts of all records read, trusted or not, by phase."""
        return list_phase_amounts(self.satang_read)

    @property
    def outcomes(self) -> list[OutcomeCount]:
        """Return records and amounts per outcome, in the order of `Outcome`."""
        return [
            OutcomeCount(
                outcome,
                self.count_of(outcome),
                list_phase_amounts(self.satang.get(outcome, {})),
                self.without_amount.get(outcome, 0),
            )
            for outcome in Outcome
        ]

    @property
    def balanced(self) -> bool:
        """Return whether every record and every satang read has an outcome, and is stored so.

        Both rows and money must agree: a record without a readable amount counts as such.
        """
        sums: dict[BudgetPhase, int] = {}
        for amounts in self.satang.values():
            sums = add_amounts(sums, amounts)
        return (
            self.read == sum(self.counts.values())
            and self.read_without_amount == sum(self.without_amount.values())
            and add_amounts(self.satang_read, {}) == sums
            and self.satang_stored in (None, self.stored_amounts)
        )

    def dump(self) -> dict[str, Any]:
        """Return the ledger as stored in the database."""
        return {
            "read": self.read,
            "vanished": self.vanished,
            "counts": {o.value: self.count_of(o) for o in Outcome},
            "satangRead": {p.value: n for p, n in self.satang_read.items()},
            "satang": {
                o.value: {p.value: n for p, n in sums.items()} for o, sums in self.satang.items()
            },
            "readWithoutAmount": self.read_without_amount,
            "withoutAmount": {o.value: n for o, n in self.without_amount.items() if n},
            "satangVanished": {p.value: n for p, n in self.satang_vanished.items()},
            "satangStored": None
            if self.satang_stored is None
            else {p.value: n for p, n in self.satang_stored.items()},
            "finerThanSatang": self.finer_than_satang,
            "refusedBy": self.refused_by,
            "vanishedWaiting": self.vanished_waiting,
            "vanishedWithoutAmount": self.vanished_without_amount,
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Ledger":
        """Return the ledger from what `dump` returned."""
        return cls(
            stored["read"],
            stored["vanished"],
            {Outcome(o): n for o, n in stored["counts"].items()},
            {BudgetPhase(p): n for p, n in stored["satangRead"].items()},
            {
                Outcome(o): {BudgetPhase(p): n for p, n in sums.items()}
                for o, sums in stored["satang"].items()
            },
            # Runs of earlier versions have none of these.
            stored.get("readWithoutAmount", 0),
            {Outcome(o): n for o, n in stored.get("withoutAmount", {}).items()},
            {BudgetPhase(p): n for p, n in stored.get("satangVanished", {}).items()},
            None
            if stored.get("satangStored") is None
            else {BudgetPhase(p): n for p, n in stored["satangStored"].items()},
            stored.get("finerThanSatang", 0),
            dict(stored.get("refusedBy", {})),
            stored.get("vanishedWaiting", 0),
            stored.get("vanishedWithoutAmount", 0),
        )
