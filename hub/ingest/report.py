"""The closing ledger of a run and the list of what waits, as a person reads them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hub.domain.budget import BudgetPhase
from hub.domain.ingest import Ledger, Outcome
from hub.ingest.quarantine import Question

WORDS: Final = {
    Outcome.NEW: "ใหม่ · new",
    Outcome.CHANGED: "เปลี่ยน · changed",
    Outcome.UNCHANGED: "คงเดิม · unchanged",
    Outcome.DUPLICATE: "ซ้ำ · duplicate",
    Outcome.QUARANTINED: "รอตรวจ · quarantined",
}
PHASES: Final = {
    BudgetPhase.PLANNED: "ตามแผน · planned",
    BudgetPhase.REQUESTED: "คำขอ · requested",
    BudgetPhase.APPROPRIATED: "ได้รับ · appropriated",
    BudgetPhase.ALLOCATED: "จัดสรร · allocated",
    BudgetPhase.CONTRACTED: "ผูกพัน · contracted",
    BudgetPhase.DISBURSED: "เบิกจ่าย · disbursed",
}


def baht(satang: int) -> str:
    """An amount as people write it."""
    whole, rest = divmod(abs(satang), 100)
    return f"{'-' if satang < 0 else ''}{whole:,}.{rest:02d}"


def closing(ledger: Ledger) -> str:
    """The ledger: records by what became of them, and the baht of each phase beside."""
    lines = [f"{'อ่าน · read':32}{ledger.read:>12,}"]
    lines += [f"  = {WORDS[outcome]:28}{ledger.of(outcome):>12,}" for outcome in Outcome]
    if ledger.vanished:
        lines.append(f"{'หายไปจากต้นทาง · vanished':32}{ledger.vanished:>12,}")
    for phase in BudgetPhase:
        if satang := ledger.satang_read.get(phase):
            lines.append(f"{PHASES[phase] + ' (บาท · baht)':40}{baht(satang):>26}")
            lines += [
                f"  = {WORDS[outcome]:36}{baht(sums[phase]):>26}"
                for outcome in Outcome
                if phase in (sums := ledger.satang.get(outcome, {}))
            ]
    lines.append(
        "บัญชีลงตัว · the ledger balances"
        if ledger.balanced
        else "บัญชีไม่ลงตัว ให้แจ้งผู้ดูแลระบบ · THE LEDGER DOES NOT BALANCE; report this"
    )
    return "\n".join(lines)


def review(questions: Iterable[Question]) -> Iterator[str]:
    """What waits: each question, how much hangs on it, what is proposed, and how to decide."""
    for asked in questions:
        block = f" [{asked.block}]" if asked.block else ""
        yield f"{asked.source_id} · {asked.reason.value} · {asked.field} “{asked.written}”{block}"
        yield f"    {asked.th} · {asked.en}"
        yield f"    {len(asked.rows):,} แถว · rows ({rows_of(asked.rows)}); {sums(asked.satang)}"
        for one in asked.proposals:
            yield f"    เสนอ · proposed {one.target}: {one.th} · {one.en}"


def rows_of(ids: list[int]) -> str:
    """The numbers of rows, the first few."""
    return ", ".join(map(str, ids[:5])) + ("…" if len(ids) > 5 else "")


def sums(satang: Mapping[str, int]) -> str:
    """Baht by phase."""
    told = [f"{phase} {baht(n)}" for phase, n in satang.items()]
    return ", ".join(told) or "ไม่มีจำนวนเงิน · no amount"
