"""What a run must show before it is believed: enough records, totals in bounds, nothing cut off."""

from hub.domain.sources.ledger import Ledger
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused


def expect(spec: SourceSpec, ledger: Ledger, total: int | None, *, whole: bool = True) -> None:
    """`SourceRefused` where a run is not as declared; what it stored stays, nothing goes.

    What is declared of counts and totals is asked of a `whole` reading, not of a few changes.
    """
    if whole and ledger.read < spec.expect.least_records:
        raise refused(
            spec,
            f"ได้ {ledger.read:,} ระเบียน น้อยกว่า {spec.expect.least_records:,} ที่ประกาศไว้",
            f"{ledger.read:,} records are fewer than the {spec.expect.least_records:,} declared",
        )
    if total is not None and ledger.read < total:
        raise refused(
            spec,
            f"ได้ {ledger.read:,} จาก {total:,} ระเบียนที่แหล่งข้อมูลบอก",
            f"the source says {total:,} records and gave {ledger.read:,}",
        )
    for phase, least, most in spec.expect.totals if whole else ():
        found = ledger.satang_read.get(phase, 0)
        if not least <= found <= most:
            raise refused(
                spec,
                f"ยอด {phase.value} {found / 100:,.2f} บาท อยู่นอกช่วงที่ประกาศไว้",
                f"the {phase.value} total of {found / 100:,.2f} baht is out of the declared bounds",
            )


def expect_no_drop(spec: SourceSpec, known: int, vanished: int) -> None:
    """`SourceRefused` where more records are missing than may go at once."""
    if vanished > spec.expect.largest_drop * known:
        most = f"{spec.expect.largest_drop:.0%}"
        raise refused(
            spec,
            f"หายไป {vanished:,} จาก {known:,} ระเบียน เกินสัดส่วน {most} ที่ยอมได้ จึงไม่ตัดออก",
            f"{vanished:,} of {known:,} records are missing, over the {most} that may go at once; "
            "none was taken out",
        )


def refused(spec: SourceSpec, th: str, en: str) -> SourceRefused:
    """The refusal of a source, in both languages."""
    return SourceRefused(f"{spec.id}: {th} · {en}")
