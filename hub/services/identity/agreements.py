"""Add, revoke and list agreements by which an agency lets another read its drafts.

Each change is written to the audit log. `Invalid` names the argument of `hub agreement` that is
wrong.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.domain.identity.agreements import DataSharingAgreement, SharingScope
from hub.domain.time import BANGKOK
from hub.errors import Invalid
from hub.store.database import Database
from hub.store.identity.agreements import SharingAgreements
from hub.store.identity.clients import RegistryAdministration

LONGEST: Final = 20
"""Years; a later end was probably meant as a Buddhist year."""
LONGEST_PURPOSE: Final = 500


async def list_agreements(database: Database) -> Sequence[DataSharingAgreement]:
    """Return every agreement, ended ones too, by provider and consumer."""
    return await SharingAgreements(database).list_agreements()


async def add_agreement(
    database: Database,
    by: str,
    *,
    provider: str,
    consumer: str,
    purpose: str,
    what: SharingScope,
    key: str | None,
    until: datetime,
) -> DataSharingAgreement:
    """Let the consumer read drafts of the provider before `until`; return the agreement.

    `provider` and `consumer` are ids or budget codes; `key` is the source or plan when `what`
    names one.
    """
    register = RegistryAdministration(database, by)
    provider_id = await register.resolve_agency(provider)
    consumer_id = await register.resolve_agency(consumer)
    if provider_id == consumer_id:
        raise Invalid("CONSUMER", "เป็นหน่วยงานเดียวกับผู้ให้", "is the same agency as the provider")
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise Invalid(
            "PURPOSE",
            f"ต้องระบุ ไม่เกิน {LONGEST_PURPOSE} อักขระ",
            f"is required, at most {LONGEST_PURPOSE} characters",
        )
    sharing = SharingAgreements(database, by)
    stripped_purpose = purpose.strip()
    agreement_id = await sharing.insert_agreement(
        provider_id, consumer_id, stripped_purpose, what, key, until
    )
    return DataSharingAgreement(
        agreement_id,
        provider_id,
        consumer_id,
        stripped_purpose,
        what,
        key,
        until,
        revoked_at=None,
        is_active=True,
    )


async def revoke_agreement(database: Database, by: str, agreement_id: str) -> None:
    """End an agreement now; `NotFound` when there is none. A second time changes nothing."""
    await SharingAgreements(database, by).revoke_agreement(agreement_id)


def end_of_day(text: str) -> datetime:
    """Return the instant after a last day in Bangkok, such as `2027-09-30`.

    `Invalid` when it is not a date, has passed, or is more than 20 years away.
    """
    try:
        last = date.fromisoformat(text)
        ends = datetime.combine(last + timedelta(days=1), time(), BANGKOK).astimezone(UTC)
    except (ValueError, OverflowError) as odd:
        raise Invalid(
            "--until",
            "รูปแบบคือ ปปปป-ดด-วว เป็น ค.ศ. เช่น 2027-09-30",
            "must be YYYY-MM-DD in CE, for example 2027-09-30",
        ) from odd
    now = datetime.now(UTC)
    if ends <= now:
        raise Invalid("--until", f"{text} ผ่านมาแล้ว", f"{text} has passed")
    if last.year > now.year + LONGEST:
        raise Invalid(
            "--until",
            f"{text} ไกลเกิน {LONGEST} ปี ใช้ปี ค.ศ. ไม่ใช่ พ.ศ.",
            f"{text} is more than {LONGEST} years away; use a year in CE, not BE",
        )
    return ends


def last_day(until: datetime) -> date:
    """Return the last day before an instant, in Bangkok."""
    return (until.astimezone(BANGKOK) - timedelta(microseconds=1)).date()
