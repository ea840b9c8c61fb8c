"""Write a source's declaration to the tables: the source, and the local authorities it declares.

Local authorities have no public register, so an operator declares them; they remain until declared
otherwise, with the declaration as their source.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.sources.local_authorities import LocalAuthority
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import thai_sort_key
from hub.errors import Invalid
from hub.store.tables import agency, agency_placement, area, area_membership, provenance, source
from hub.store.upsert import Row, upsert

PROVINCES: Final = "select id from area where level = 'PROVINCE'"


async def upsert_source(connection: asyncpg.Connection, spec: SourceSpec) -> None:
    """Insert or update a declared source; its health is not changed.

    Raises `Invalid` if its agency does not exist or a local authority names an unknown province.
    """
    await upsert_local_authorities(connection, spec)
    row = {
        "id": spec.id,
        "name_th": spec.title.th,
        "name_en": spec.title.en,
        "kind": spec.kind,
        "note": spec.note,
        "health": "OK",
        "owner_id": spec.agency,
        "transport": spec.transport.value,
        "cadence": spec.cadence.value,
        "asserted": spec.asserted.value,
        "made_up": spec.is_made_up,
        "covers": spec.covers and spec.covers.dump(),
    }
    try:
        await upsert(connection, source, [row], first_only=("health",))
    except asyncpg.ForeignKeyViolationError as error:
        raise Invalid(
            f"{spec.file} agency",
            f"ไม่มีหน่วยงานรหัส {spec.agency}",
            f"there is no agency {spec.agency}",
        ) from error
    await upsert_authority_provenance(connection, spec)


async def upsert_local_authorities(connection: asyncpg.Connection, spec: SourceSpec) -> None:
    """Insert or update the declared authorities: each an area in its province and an agency of that
    area.

    Raises `Invalid` for an unknown province.
    """
    if not spec.authorities:
        return
    provinces = {row["id"] for row in await connection.fetch(PROVINCES)}
    for one in spec.authorities:
        if one.province not in provinces:
            raise Invalid(
                f"{spec.file} authorities",
                f"{one.code}: ไม่มีจังหวัดรหัส {one.province}",
                f"{one.code}: there is no province {one.province}",
            )
    for table, rows in authority_rows(spec.authorities):
        await upsert(connection, table, rows)


async def upsert_authority_provenance(connection: asyncpg.Connection, spec: SourceSpec) -> None:
    """Write the provenance of the authorities, ASSUMED by an operator; the source must exist."""
    rows = [
        {
            "subject": str(GlobalId(kind, one.id)),
            "ordinal": 0,
            "source_id": spec.id,
            "asserted": "ASSUMED",
            "confidence": "MEDIUM",
            "citation": f"{spec.file} authorities {one.code}",
        }
        for one in spec.authorities
        for kind in ("Area", "Agency")
    ]
    await upsert(connection, provenance, rows)


def authority_rows(authorities: Iterable[LocalAuthority]) -> Iterator[tuple[sa.Table, list[Row]]]:
    """Yield the tables and rows of the authorities, in the order of foreign keys."""
    authority_list = list(authorities)
    name_rows = [
        {
            "id": one.id,
            "name_th": one.name.th,
            "name_en": one.name.en,
            "sort_key": thai_sort_key(one.name.th),
        }
        for one in authority_list
    ]
    yield area, [{**row, "level": "LOCAL", "kind": "LOCAL_AUTHORITY"} for row in name_rows]
    yield (
        area_membership,
        [
            {"id": f"{one.id}:{one.province}:-", "child_id": one.id, "parent_id": one.province}
            for one in authority_list
        ],
    )
    agency_fields = {"level": "LOCAL", "kind": "LOCAL_AUTHORITY", "juristic_person": True}
    yield agency, [{**row, **agency_fields, "area_id": row["id"]} for row in name_rows]
    yield (
        agency_placement,
        [{"id": f"{one.id}:-", "agency_id": one.id, "code": one.code} for one in authority_list],
    )
