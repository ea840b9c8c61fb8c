"""The closing ledger of a run and the list of what waits, as a person reads them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hub.domain.budget import BudgetPhase
from hub.domain.ledger import Ledger, Outcome
from hub.domain.quarantine import Question
from hub.domain.source_spec import SourceSpec
from hub.ingest.sources import Standing

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


def standing(specs: Iterable[SourceSpec], held: Mapping[str, Standing]) -> Iterator[str]:
    """Every source there is: its title, and how it stands where it was taken in before."""
    for spec in specs:
        yield f"{spec.id}: {spec.title.th} · {spec.title.en}"
        one = held.get(spec.id)
        if one is None or one.latest is None:
            yield "    ยังไม่เคยนำเข้า · never taken in"
            continue
        at = one.source.last_success_at
        when = at.isoformat(timespec="minutes") if at else "ยังไม่สำเร็จ · never whole"
        yield (
            f"    {one.source.health.value}; {one.latest.status.value}; "
            f"ครั้งล่าสุด · last success {when}"
        )
        covered = f"{one.records:,} ระเบียน · records"
        if one.years:
            first, last = one.years[0], one.years[-1]
            covered += f", พ.ศ. {first.be}–{last.be} ({first.ce}–{last.ce})"
        yield f"    {covered}; รอตรวจ · waiting {one.waiting:,}"
        if one.latest.error:
            yield f"    {one.latest.error}"


def rows_of(ids: list[int]) -> str:
    """The numbers of rows, the first few."""
    return ", ".join(map(str, ids[:5])) + ("…" if len(ids) > 5 else "")


def sums(satang: Mapping[str, int]) -> str:
    """Baht by phase."""
    told = [f"{phase} {baht(n)}" for phase, n in satang.items()]
    return ", ".join(told) or "ไม่มีจำนวนเงิน · no amount"
