"""Facts as agreements assert them, with the values as text; without a viewer."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from hub.domain.sessions.agreed_facts import FactTerms, baht_text, share_text
from hub.domain.sessions.kinds import AgreedField
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed import is_in_force
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.tables import agency, agreed_fact, agreement, same_as

IDS: Final = text_array_parameter("ids")
ACCEPTED: Final = ("PROPOSED", "AGREED")


@lru_cache(maxsize=16)
def select_terms(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for facts `ids` with their agreement and the names of their values."""
    keep = table_as_of(tables.project, at).alias("keep")
    names = (
        sa.select(sa.func.array_agg(aggregate_order_by(agency.c.name_th, agency.c.id)))
        .where(agency.c.id == sa.any_(agreed_fact.c.agency_ids))
        .correlate(agreed_fact)
        .scalar_subquery()
    )
    return (
        sa.select(
            agreed_fact,
            agreement.c.party_ids,
            names.label("agency_names"),
            keep.c.name_th.label("keep_name"),
            sa.not_(is_in_force(at)).label("has_ended"),
        )
        .join(agreement, agreement.c.id == agreed_fact.c.agreement_id)
        .outerjoin(same_as, same_as.c.id == agreed_fact.c.same_as_id)
        .outerjoin(keep, keep.c.id == same_as.c.keep_id)
        .where(agreed_fact.c.id == sa.any_(IDS))
    )


def terms_of(row: asyncpg.Record) -> FactTerms:
    """Return the fact of a row of `select_terms`."""
    field = AgreedField(row["field"])
    match field:
        case AgreedField.AMOUNT:
            text = baht_text(row["amount_satang"])
        case AgreedField.SHARE:
            text = share_text(row["share"])
        case AgreedField.LINKAGE:
            text = linkage_text(row["status"] in ACCEPTED, row["share"])
        case AgreedField.IDENTITY:
            text = row["keep_name"] or ""
        case _:
            text = ", ".join(row["agency_names"] or row["agency_ids"])
    return FactTerms(
        id=row["id"],
        agreement_id=row["agreement_id"],
        field=field,
        project_id=row["project_id"],
        linkage_id=row["linkage_id"],
        indicator_id=row["indicator_id"],
        text=text,
        satang=row["amount_satang"],
        area_id=row["area_id"],
        year=row["fiscal_year"],
        parties=tuple(row["party_ids"]),
        finding_id=row["finding_id"],
        asserted_at=row["asserted_at"],
        has_ended=row["has_ended"],
        updated_at=row["updated_at"],
    )


def linkage_text(exists: bool, share: object) -> str:
    """Return a linkage as text: whether it is one, and its share."""
    if not exists:
        return "NOT LINKED"
    return "LINKED" if share is None else f"LINKED {share_text(share)}"


async def fetch_terms(
    transaction: ReadTransaction, ids: Sequence[str], at: datetime | None
) -> dict[str, FactTerms]:
    """Return facts by id."""
    rows = await transaction.fetch_rows(select_terms(at), ids=list(set(ids)))
    return {row["id"]: terms_of(row) for row in rows}
