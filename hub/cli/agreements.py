"""`hub agreement`: agreements by which an agency lets another read its drafts."""

from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Group
from hub.cli.console import (
    by_option,
    in_database,
    iso,
    json_option,
    mark,
    option,
    print_line,
    print_list,
)

if TYPE_CHECKING:
    from hub.domain.identity.agreements import DataSharingAgreement, SharingScope


@click.group(
    cls=Group,
    help="บันทึกและดูข้อตกลงแบ่งปันร่าง · Record and list agreements to share drafts",
)
def agreement() -> None:
    """Group the commands of agreements."""


@agreement.command("list", help="รายการข้อตกลง รวมที่สิ้นสุดแล้ว · List the agreements, ended ones too")
@json_option
def list_agreements(as_json: bool) -> None:
    """List the agreements."""
    from hub.services.identity import agreements

    print_list(
        in_database(agreements.list_agreements),
        as_json=as_json,
        describe=describe_agreement,
        lines=format_agreement,
        empty="ยังไม่มีข้อตกลง · There is no agreement",
    )


def describe_agreement(one: "DataSharingAgreement") -> dict[str, Any]:
    """Return an agreement as an object of JSON; it is in force before `until`, when active."""
    return {
        "id": one.id,
        "provider": one.provider_id,
        "consumer": one.consumer_id,
        "purpose": one.purpose,
        "what": one.scope.value,
        "key": one.key,
        "until": iso(one.until),
        "revoked_at": iso(one.revoked_at),
        "active": one.is_active,
    }


def format_agreement(one: "DataSharingAgreement") -> list[str]:
    """Return the line of an agreement, with its last day."""
    from hub.services.identity.agreements import last_day

    opened = one.scope.value.lower() + (f" {one.key}" if one.key else "")
    return [
        (
            f"{mark(one.is_active)} {one.id}  {one.provider_id} → {one.consumer_id}  [{opened}]  "
            f"{last_day(one.until).isoformat()}  {one.purpose}"
        )
    ]


@agreement.command(
    "add",
    help="ให้หน่วยงานหนึ่งอ่านร่างของอีกหน่วยงาน · Let an agency read another agency's drafts",
)
@click.argument(
    "provider", metavar="PROVIDER", help="หน่วยงานผู้ให้ · The agency whose drafts are shared"
)
@click.argument("consumer", metavar="CONSUMER", help="หน่วยงานผู้รับ · The agency that may read them")
@click.argument("purpose", metavar="PURPOSE", help="วัตถุประสงค์ · The purpose")
@option(
    "--until", required=True, metavar="YYYY-MM-DD", help="วันสุดท้าย เป็น ค.ศ. · The last day, in CE"
)
@option(
    "--only",
    type=click.Choice(["projects", "plans"]),
    help="เฉพาะโครงการหรือแผน · Only projects or plans",
)
@option("--source", metavar="ID", help="เฉพาะโครงการจากแหล่งนี้ · Only projects of this source")
@option("--plan", metavar="ID", help="เฉพาะฉบับร่างของแผนนี้ · Only versions of this plan")
@by_option
def add(
    provider: str,
    consumer: str,
    purpose: str,
    until: str,
    only: str | None,
    source: str | None,
    plan: str | None,
    by: str | None,
) -> None:
    """Add an agreement."""
    from hub.services.identity.agreements import add_agreement, end_of_day
    from hub.services.identity.operator import operator_name

    what, key = parse_sharing_scope(only, source, plan)
    ends = end_of_day(until)
    made = in_database(
        lambda database: add_agreement(
            database,
            operator_name(by),
            provider=provider,
            consumer=consumer,
            purpose=purpose,
            what=what,
            key=key,
            until=ends,
        )
    )
    print_line(
        f"{made.id}: {made.consumer_id} อ่านร่างของ {made.provider_id} ได้ถึง {until} "
        f"· {made.consumer_id} may read drafts of {made.provider_id} until {until}"
    )


@agreement.command("revoke", help="เพิกถอนข้อตกลงทันที · Revoke an agreement at once")
@click.argument("agreement_id", metavar="AGREEMENT", help="รหัสข้อตกลง · The id of the agreement")
@by_option
def revoke(agreement_id: str, by: str | None) -> None:
    """Revoke an agreement."""
    from hub.services.identity.agreements import revoke_agreement
    from hub.services.identity.operator import operator_name

    in_database(lambda database: revoke_agreement(database, operator_name(by), agreement_id))
    print_line(f"เพิกถอน {agreement_id} แล้ว · {agreement_id} is revoked")


def parse_sharing_scope(
    only: str | None, source: str | None, plan: str | None
) -> tuple["SharingScope", str | None]:
    """Return what is shared, and the id of the source or plan; at most one may be given."""
    from hub.domain.identity.agreements import SharingScope

    if sum(one is not None for one in (only, source, plan)) > 1:
        raise click.UsageError("--only, --source, --plan: ใช้ได้ครั้งละหนึ่งอย่าง · only one may be used")
    if source:
        return SharingScope.SOURCE, source
    if plan:
        return SharingScope.PLAN, plan
    return (SharingScope[only.upper()] if only else SharingScope.ALL), None
