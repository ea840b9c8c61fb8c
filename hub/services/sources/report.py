"""Text output of the ledger of a run."""

from typing import Final

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Ledger, Outcome

OUTCOME_LABELS: Final = {
    Outcome.NEW: "ใหม่ · new",
    Outcome.CHANGED: "เปลี่ยน · changed",
    Outcome.UNCHANGED: "คงเดิม · unchanged",
    Outcome.DUPLICATE: "ซ้ำ · duplicate",
    Outcome.QUARANTINED: "รอตรวจ · quarantined",
    Outcome.REFUSED: "ไม่รับ · refused",
}
VANISHED_LABEL: Final = "หายไปจากต้นทาง · vanished"
VANISHED_WAITING_LABEL: Final = "ที่รอตรวจอยู่ · had waited"
FINER_THAN_SATANG_LABEL: Final = "ละเอียดกว่าสตางค์ · finer than a satang"
WITHOUT_AMOUNT_LABEL: Final = "ไม่มีจำนวนเงินที่อ่านได้ · without a readable amount"
PHASE_LABELS: Final = {
    BudgetPhase.PLANNED: "ตามแผน · planned",
    BudgetPhase.REQUESTED: "คำขอ · requested",
    BudgetPhase.APPROPRIATED: "ได้รับ · appropriated",
    BudgetPhase.ALLOCATED: "จัดสรร · allocated",
    BudgetPhase.CONTRACTED: "ผูกพัน · contracted",
    BudgetPhase.DISBURSED: "เบิกจ่าย · disbursed",
}


def format_baht(satang: int) -> str:
    """Return an amount in baht with thousands separators and two decimals."""
    whole, rest = divmod(abs(satang), 100)
    return f"{'-' if satang < 0 else ''}{whole:,}.{rest:02d}"


def format_ledger(ledger: Ledger) -> str:
    """Return the ledger as lines: records per outcome, and baht per phase and outcome."""
    lines = format_records(ledger)
    for phase in BudgetPhase:
        satang, vanished = ledger.satang_read.get(phase, 0), ledger.satang_vanished.get(phase)
        if satang or vanished:
            lines.append(f"{PHASE_LABELS[phase] + ' (บาท · baht)':40}{format_baht(satang):>26}")
            lines += [
                f"  = {OUTCOME_LABELS[outcome]:36}{format_baht(phase_amounts[phase]):>26}"
                for outcome in Outcome
                if phase in (phase_amounts := ledger.satang.get(outcome, {}))
            ]
            if vanished:
                lines.append(f"  {VANISHED_LABEL:38}{format_baht(vanished):>26}")
    lines.append(format_balance(ledger))
    return "\n".join(lines)


def format_records(ledger: Ledger) -> list[str]:
    """Return the lines about records: by outcome, vanished ones, and those without an amount."""
    lines = [f"{'อ่าน · read':32}{ledger.read:>12,}"]
    # Few sources have refused rows.
    lines += [
        f"  = {OUTCOME_LABELS[outcome]:28}{ledger.count_of(outcome):>12,}"
        for outcome in Outcome
        if outcome is not Outcome.REFUSED or ledger.count_of(outcome)
    ]
    lines += [
        f"      {f'โดย · by {person}':26}{count:>12,}"
        for person, count in sorted(ledger.refused_by.items())
    ]
    if ledger.vanished:
        lines.append(f"{VANISHED_LABEL:32}{ledger.vanished:>12,}")
    if ledger.vanished_waiting:
        lines.append(f"  {VANISHED_WAITING_LABEL:30}{ledger.vanished_waiting:>12,}")
    if ledger.vanished_without_amount:
        lines.append(f"  {WITHOUT_AMOUNT_LABEL:30}{ledger.vanished_without_amount:>12,}")
    if ledger.read_without_amount:
        lines.append(f"{WITHOUT_AMOUNT_LABEL:32}{ledger.read_without_amount:>12,}")
        lines += [
            f"  = {OUTCOME_LABELS[outcome]:28}{count:>12,}"
            for outcome in Outcome
            if (count := ledger.without_amount.get(outcome, 0))
        ]
    if ledger.finer_than_satang:
        lines.append(f"  {FINER_THAN_SATANG_LABEL:30}{ledger.finer_than_satang:>12,}")
    return lines


def format_balance(ledger: Ledger) -> str:
    """Return whether rows and satang agree, and how many rows have no readable amount."""
    if not ledger.balanced:
        return "บัญชีไม่ลงตัว ให้แจ้งผู้ดูแลระบบ · THE LEDGER DOES NOT BALANCE; report this"
    if not ledger.read_without_amount:
        return "บัญชีลงตัว · the ledger balances"
    count = f"{ledger.read_without_amount:,}"
    return (
        f"บัญชีลงตัวทั้งแถวและสตางค์ นอกจากเงินของ {count} แถวที่ไม่มีจำนวนเงินที่อ่านได้ "
        f"· the ledger balances, except for the money of {count} "
        f"{'row' if ledger.read_without_amount == 1 else 'rows'} without a readable amount"
    )
