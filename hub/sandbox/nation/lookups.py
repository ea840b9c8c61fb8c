"""The lookups that a generated nation is drawn from: titles, owners, provinces, linkage targets.

Names are resolved as ingest does, year by year, so that each drawn record can be ingested.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from hub.domain.sources.records import Doubt, NameKind, RawName
from hub.domain.text import thai_sort_key
from hub.domain.thai_text import normalize_text
from hub.domain.time import FiscalYear
from hub.ingest.resolve_names import NameResolver
from hub.sandbox.nation.declaration import SOURCE_ID, list_local_authorities
from hub.sandbox.reference_names import (
    ACTIONS,
    PLACES,
    SUBJECTS,
    list_provinces,
    read_reference_rows,
)
from hub.store.generate.nation import (
    NationLookups,
    NationOwner,
    NationProvince,
    NationSize,
    NationTitle,
)
from hub.store.generate.reference import NationReference

CAPITAL: Final = "10"
CAPITAL_WEIGHT: Final = 400
"""Weight of the capital, which has no local authorities; a province has one for each of its own."""
MAX_TITLE_LENGTH: Final = 90
NUMBER_MARK: Final = "000000000000"
"""How `thai_sort_key` writes the number 0."""


def build_lookups(
    reference: NationReference, resolver: NameResolver, size: NationSize
) -> NationLookups:
    """Return the lookups of a nation of this size, from the reference data in the database."""
    years = [FiscalYear(ce) for ce in range(size.newest, size.oldest - 1, -1)]
    provinces = build_provinces(reference, resolver, years)
    owners = [
        *build_central_owners(reference, resolver, years),
        *build_area_owners(reference, resolver, years, provinces),
        *build_local_owners(resolver, years, provinces),
    ]
    return NationLookups(SOURCE_ID, build_titles(), owners, provinces)


def build_titles() -> list[NationTitle]:
    """Return the begins of titles: what is done, where, and the name of a number."""
    subjects = [action + subject for action in ACTIONS for subject in SUBJECTS]
    subjects += [
        row["statement_th"].removeprefix("การ") for row in read_reference_rows("expected_roles.csv")
    ]
    heads = dict.fromkeys(
        f"โครงการ{subject}{place} หมู่ที่ " for subject in subjects for place in PLACES
    )
    return [build_title(head) for head in heads if is_plain_title(head)]


def is_plain_title(head: str) -> bool:
    """Return whether a title can be stored unchanged, and written in JSON without escapes."""
    return (
        len(head) <= MAX_TITLE_LENGTH
        and normalize_text(f"{head}0") == f"{head}0"
        and orjson.dumps(head).decode() == f'"{head}"'
    )


def build_title(head: str) -> NationTitle:
    """Return a begin with its sort key around the number."""
    sort_head, _, sort_tail = thai_sort_key(f"{head}0").rpartition(NUMBER_MARK)
    return NationTitle(head, sort_head, sort_tail)


def build_provinces(
    reference: NationReference, resolver: NameResolver, years: Sequence[FiscalYear]
) -> list[NationProvince]:
    """Return the provinces, weighted by the number of their local authorities."""
    authority_counts: dict[str, int] = {CAPITAL: CAPITAL_WEIGHT}
    for authority in list_local_authorities():
        authority_counts[authority.province] = authority_counts.get(authority.province, 0) + 1
    ordinals = {one.code: number for number, one in enumerate(list_provinces())}
    provinces: list[NationProvince] = []
    for number, province in enumerate(list_provinces()):
        cluster = reference.cluster_by_province.get(province.code)
        others = [code for code, other in reference.cluster_by_province.items() if other == cluster]
        members = [province.code, *(code for code in sorted(others) if code != province.code)]
        agency = resolver.find_area_agency(province.code)
        provinces.append(
            NationProvince(
                number,
                province.code,
                province.name,
                to_json(province.name),
                find_first_year(
                    resolver, RawName(NameKind.AREA, province.name), province.code, years
                )
                or years[0].ce,
                tuple(ordinals[code] for code in (members if cluster else members[:1])),
                authority_counts[province.code],
                agency.target,
                tuple(reference.targets_by_province.get(province.code, reference.all_targets)),
            )
        )
    return provinces


def build_central_owners(
    reference: NationReference, resolver: NameResolver, years: Sequence[FiscalYear]
) -> Iterable[NationOwner]:
    """Yield ministries, departments and other bodies without an area, in an order of their own."""
    bodies = [one for one in reference.agencies if one.area_id is None and one.kind != "GROUP"]
    bodies.sort(key=lambda one: hashlib.sha256(one.id.encode()).digest())
    ordinal = 0
    for body in bodies:
        name = RawName(NameKind.AGENCY, body.name, body.code)
        if first_year := find_first_year(resolver, name, body.id, years):
            yield build_owner("CENTRAL", ordinal, name, body.id, body.level, first_year)
            ordinal += 1


def build_area_owners(
    reference: NationReference,
    resolver: NameResolver,
    years: Sequence[FiscalYear],
    provinces: Sequence[NationProvince],
) -> Iterable[NationOwner]:
    """Yield the agency of each province, and that of its cluster (without one: its own)."""
    agencies = {one.id: one for one in reference.agencies}
    for province in provinces:
        cluster = reference.cluster_by_province.get(province.id)
        cluster_agency = resolver.find_area_agency(cluster).target if cluster else None
        for kind, agency_id in (
            ("PROVINCE", province.agency_id),
            ("CLUSTER", cluster_agency or province.agency_id),
        ):
            body = agencies[agency_id or ""]
            name = RawName(NameKind.AGENCY, body.name, body.code)
            first_year = find_first_year(resolver, name, body.id, years) or years[0].ce
            yield build_owner(kind, province.ordinal, name, body.id, body.level, first_year)


def build_local_owners(
    resolver: NameResolver, years: Sequence[FiscalYear], provinces: Sequence[NationProvince]
) -> Iterable[NationOwner]:
    """Yield the made-up local authorities, each with its own area."""
    ordinals = {one.id: one.ordinal for one in provinces}
    first_years = {one.id: one.first_year for one in provinces}
    for number, authority in enumerate(list_local_authorities()):
        name = RawName(NameKind.AGENCY, authority.name.th, authority.code)
        found = resolver(name, years[0], None, "owner")
        if isinstance(found, Doubt) or found.target != authority.id:
            raise LookupError(authority.id)
        yield NationOwner(
            "LOCAL",
            number,
            authority.id,
            to_json(authority.code),
            to_json(authority.name.th),
            "LOCAL",
            first_years[authority.province],
            ordinals[authority.province],
            authority.id,
            authority.name.th,
            to_json(authority.name.th),
        )


def build_owner(
    kind: str, ordinal: int, name: RawName, agency_id: str, level: str | None, first_year: int
) -> NationOwner:
    """Return an owner without an area of its own."""
    return NationOwner(
        kind, ordinal, agency_id, to_json(name.code or ""), to_json(name.name), level, first_year
    )


def find_first_year(
    resolver: NameResolver, name: RawName, target: str, years: Sequence[FiscalYear]
) -> int | None:
    """Return the first year from which a name means `target` until the newest; null if it does not.

    `years` are in descending order.
    """
    first_year: int | None = None
    for year in years:
        found = resolver(name, year, None, "owner")
        if isinstance(found, Doubt) or found.target != target:
            break
        first_year = year.ce
    return first_year


def to_json(text: str) -> str:
    """Return a text as JSON, as ingest encodes it."""
    return orjson.dumps(text).decode()
