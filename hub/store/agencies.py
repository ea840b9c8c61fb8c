"""Statements about agencies, with their code and parent agency on a given date."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from hub.domain.agencies import ActorLevel, Agency, AgencyKind
from hub.domain.paging import Connection, PageRequest
from hub.domain.text import LocalizedText
from hub.store.dated_rows import DatedRows
from hub.store.paging import fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import contains_text, is_valid_on, localized_text_of, text_array_parameter
from hub.store.tables import agency, agency_placement

VALID_ON: Final[sa.BindParameter[date]] = sa.bindparam("on", type_=sa.Date)

current_placement = (
    sa.select(
        agency_placement.c.code,
        agency_placement.c.parent_id,
        agency_placement.c.known_from.label("placed_from"),
    )
    .where(agency_placement.c.agency_id == agency.c.id, is_valid_on(agency_placement, VALID_ON))
    .order_by(agency_placement.c.valid_from.desc().nulls_last(), agency_placement.c.id)
    .limit(1)
    .lateral("current_placement")
)
AGENCIES_ON_DATE: Final = sa.select(
    agency, current_placement.c.code, current_placement.c.parent_id, current_placement.c.placed_from
).select_from(agency.outerjoin(current_placement, sa.true()))
BY_IDS: Final = AGENCIES_ON_DATE.where(agency.c.id == sa.any_(text_array_parameter("ids")))

coded_placement = agency_placement.alias("coded_placement")
AGENCY_BY_CODE: Final = (
    sa.select(coded_placement.c.code, coded_placement.c.agency_id)
    .where(coded_placement.c.code == sa.any_(text_array_parameter("codes")))
    .ext(distinct_on(coded_placement.c.code))
    .order_by(
        coded_placement.c.code,
        is_valid_on(coded_placement, VALID_ON).desc(),
        coded_placement.c.valid_from.desc().nulls_last(),
        coded_placement.c.agency_id,
    )
    .subquery("agency_by_code")
)
BY_CODES: Final = AGENCIES_ON_DATE.join(
    AGENCY_BY_CODE, AGENCY_BY_CODE.c.agency_id == agency.c.id
).add_columns(AGENCY_BY_CODE.c.code.label("requested_code"))
CODE: Final[sa.BindParameter[str]] = sa.bindparam("code", type_=sa.Text)
BY_CODE_ON_DATE: Final = AGENCIES_ON_DATE.where(
    agency.c.id.in_(sa.select(coded_placement.c.agency_id).where(coded_placement.c.code == CODE)),
    current_placement.c.code == CODE,
    is_valid_on(agency, VALID_ON),
).order_by(agency.c.id)
PARENTS: Final = (
    sa.select(
        agency_placement.c.agency_id,
        agency_placement.c.parent_id,
        agency_placement.c.valid_from,
        agency_placement.c.valid_to,
    )
    .where(agency_placement.c.parent_id.is_not(None))
    .order_by(agency_placement.c.valid_from.asc().nulls_first(), agency_placement.c.id)
)
BY_KIND: Final = AGENCIES_ON_DATE.where(
    is_valid_on(agency, VALID_ON), agency.c.kind == sa.bindparam("kind", type_=sa.Text)
).order_by(agency.c.sort_key, agency.c.id)
PROVINCE_AGENCIES: Final = AGENCIES_ON_DATE.where(
    agency.c.kind == AgencyKind.PROVINCE.value,
    agency.c.area_id == sa.any_(text_array_parameter("area_ids")),
)


def agency_of(row: asyncpg.Record) -> Agency:
    """Return the agency of a row of `AGENCIES_ON_DATE`."""
    short_name = row["short_th"]
    return Agency(
        id=row["id"],
        code=row["code"],
        parent_id=row["parent_id"],
        name=localized_text_of(row, "name"),
        short_name=LocalizedText(short_name, row["short_en"]) if short_name else None,
        kind=AgencyKind(row["kind"]),
        level=ActorLevel(row["level"]) if row["level"] else None,
        area_id=row["area_id"],
        juristic_person=row["juristic_person"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        sort_key=row["sort_key"],
        updated_at=max(row["known_from"], row["placed_from"] or row["known_from"]),
    )


def parents_of_rows(rows: Sequence[asyncpg.Record]) -> Mapping[str, str]:
    """Return the parent id by agency id of placements."""
    return {row["agency_id"]: row["parent_id"] for row in rows}


class Agencies:
    """Agencies in one request's snapshot. `on` is the date for which code and parent are read."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction
        self._placements: DatedRows[Mapping[str, str]] | None = None

    async def by_id(self, ids: Sequence[str], on: date) -> dict[str, Agency]:
        """Return the agencies by id, whether in force or not; unknown ids are absent."""
        rows = await self._transaction.fetch_rows(BY_IDS, ids=list(set(ids)), on=on)
        return {row["id"]: agency_of(row) for row in rows}

    async def by_codes(self, codes: Sequence[str], on: date) -> dict[str, Agency]:
        """Return the agencies by a code they have or ever had.

        If several agencies had a code, the one that has it on the date comes first.
        """
        rows = await self._transaction.fetch_rows(BY_CODES, codes=list(set(codes)), on=on)
        return {row["requested_code"]: agency_of(row) for row in rows}

    async def list_coded(self, code: str, on: date) -> list[Agency]:
        """Return the agencies that have a code on a date; several only if the data is at fault."""
        rows = await self._transaction.fetch_rows(BY_CODE_ON_DATE, code=code, on=on)
        return [agency_of(row) for row in rows]

    async def parents_on(self, on: date) -> Mapping[str, str]:
        """Return the parent id by agency id on a date; agencies without a parent are absent.

        The placements are read by the first call, unless they were read from the same data before.
        """
        if self._placements is None:
            self._placements = await self._transaction.remember(
                "placements", self._fetch_placements
            )
        return self._placements.on(on)

    async def _fetch_placements(self) -> DatedRows[Mapping[str, str]]:
        return DatedRows(await self._transaction.fetch_rows(PARENTS), parents_of_rows)

    async def list_in_force(self, kind: AgencyKind, under: str | None, on: date) -> list[Agency]:
        """Return all agencies of a kind in force on a date, in Thai order; `under` keeps direct
        children.
        """

        async def _fetch() -> list[tuple[str | None, Agency]]:
            rows = await self._transaction.fetch_rows(BY_KIND, kind=kind.value, on=on)
            return [(row["parent_id"], agency_of(row)) for row in rows]

        found = await self._transaction.remember(("agencies in force", kind, on), _fetch)
        return [one for parent_id, one in found if under in (None, parent_id)]

    async def by_province_areas(self, area_ids: Sequence[str], on: date) -> dict[str, Agency]:
        """Return the province agencies by the id of their area."""
        rows = await self._transaction.fetch_rows(
            PROVINCE_AGENCIES, area_ids=list(set(area_ids)), on=on
        )
        return {row["area_id"]: agency_of(row) for row in rows}

    async def page(
        self,
        page: PageRequest,
        *,
        level: ActorLevel | None,
        area_id: str | None,
        text: str | None,
        on: date,
    ) -> Connection[Agency]:
        """Return a page of the agencies in force on a date, filtered by level, by their own area
        and by a text in a name or short name.

        In Thai dictionary order.
        """
        statement: sa.Select[Any] = AGENCIES_ON_DATE.where(is_valid_on(agency, VALID_ON))
        if level is not None:
            statement = statement.where(agency.c.level == level.value)
        if area_id is not None:
            statement = statement.where(agency.c.area_id == area_id)
        if text:
            names = (agency.c.name_th, agency.c.name_en, agency.c.short_th)
            statement = statement.where(sa.or_(*(contains_text(name, text) for name in names)))
        order = agency.c.sort_key, agency.c.id
        return await fetch_page(
            self._transaction,
            statement,
            page,
            order,
            agency_of,
            lambda item: (item.sort_key, item.id),
            on=on,
        )
