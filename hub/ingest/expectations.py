"""Checks at the end of a run: enough records, totals within bounds, no announced record missing."""

from hub.domain.labels import label_of
from hub.domain.sources.ledger import Ledger
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused


def check_expectations(
    spec: SourceSpec, ledger: Ledger, total: int | None, *, is_full_read: bool = True
) -> None:
    """Raise `SourceRefused` if a run is not as declared; stored rows stay and nothing is deleted.

    Declared counts and totals (satang) are checked for a full read only, not for a read of changes.
    `total` is the number of records announced by the source, null if it announces none.
    """
    if is_full_read and ledger.read < spec.expect.least_records:
        raise expectation_error(
            spec,
            f"ได้ {ledger.read:,} ระเบียน น้อยกว่า {spec.expect.least_records:,} ที่ประกาศไว้",
            f"{ledger.read:,} records are fewer than the {spec.expect.least_records:,} declared",
        )
    if total is not None and ledger.read < total:
        raise expectation_error(
            spec,
            f"ได้ {ledger.read:,} จาก {total:,} ระเบียนที่แหล่งข้อมูลบอก",
            f"{ledger.read:,} of the {total:,} records announced by the source were received",
        )
    for phase, minimum, maximum in spec.expect.totals if is_full_read else ():
        amount = ledger.satang_read.get(phase, 0)
        if not minimum <= amount <= maximum:
            raise expectation_error(
                spec,
                f"ยอด{label_of(phase).th} {amount / 100:,.2f} บาท อยู่นอกช่วงที่ประกาศไว้",
                f"the {label_of(phase).en} total of {amount / 100:,.2f} baht "
                "is outside the declared bounds",
            )


def check_largest_drop(spec: SourceSpec, stored_count: int, vanished_count: int) -> None:
    """Raise `SourceRefused` if the share of vanished records exceeds `expect.largest_drop`."""
    if vanished_count > spec.expect.largest_drop * stored_count:
        limit = f"{spec.expect.largest_drop:.0%}"
        raise expectation_error(
            spec,
            f"หายไป {vanished_count:,} จาก {stored_count:,} ระเบียน "
            f"เกินสัดส่วน {limit} ที่ยอมได้ในรอบเดียว จึงไม่ลบ",
            f"{vanished_count:,} of {stored_count:,} records are missing, "
            f"over the {limit} allowed in one run; none was deleted",
        )


def expectation_error(spec: SourceSpec, th: str, en: str) -> SourceRefused:
    """Return a `SourceRefused` with the message in both languages."""
    return SourceRefused(f"{spec.id}: {th} · {en}")
