"""Rows of areas and agencies, with their memberships and dates."""

import re
from datetime import date
from typing import Final

from hub.domain.global_id import GlobalId
from hub.store.reference.rows import (
    ReferenceRows,
    name_values,
    parse_boolean,
    text_values,
    validity_values,
)

OWN_CODE: Final = "BKN-"
"""What our own codes of agencies begin with, where no official code is public."""
LOCAL_CODE: Final = re.compile(r"\d{2}-[A-Z]+(?:-\d{2})?")
"""Our own codes of local authorities: 20-PAO, 20-CITY-01, 20-TOWN-08."""


def add_areas(reference: ReferenceRows) -> None:
    """Add provinces, clusters of both editions, regions, the country, and their ISO 3166-2
    codes.
    """
    for line in reference.read_lines("areas"):
        code = line["code"] or ""
        reference.add_row(
            "area",
            id=code,
            level=line["level"],
            kind=line["kind"],
            **name_values(line),
            short_th=line["short_th"],
            tile_column=line["tile_column"],
            tile_row=line["tile_row"],
            **validity_values(line),
        )
        reference.add_provenance("Area", code, line, "areas")
        iso = f"TH-{code}" if line["level"] == "PROVINCE" else None
        if iso and iso in (line["citation"] or ""):
            reference.add_row(
                "external_id", scheme="iso-3166-2", value=iso, subject=str(GlobalId("Area", code))
            )


def add_area_aliases(reference: ReferenceRows) -> None:
    """Add the dated aliases of areas."""
    for line in reference.read_lines("area_aliases"):
        code = line["area_code"] or ""
        reference.add_alias("AREA", code, line)
        reference.add_provenance("Area", code, {**line, "quote_th": line["alias"]}, "area_aliases")


def add_area_memberships(reference: ReferenceRows) -> None:
    """Add the dated memberships of areas in areas."""
    for line in reference.read_lines("area_memberships"):
        key = ":".join((line["child_code"] or "", line["parent_code"] or "", validity_start(line)))
        reference.add_row(
            "area_membership",
            id=key,
            child_id=line["child_code"],
            parent_id=line["parent_code"],
            authority=line["authority"],
            **validity_values(line),
        )
        reference.add_provenance("AreaMembership", key, line, "area_memberships")


def add_area_successions(reference: ReferenceRows) -> None:
    """Add which area follows which."""
    for line in reference.read_lines("area_successions"):
        date.fromisoformat(line["effective_on"] or "")
        key = f"{line['predecessor_code']}:{line['successor_code']}"
        reference.add_row(
            "area_succession",
            id=key,
            predecessor_id=line["predecessor_code"],
            successor_id=line["successor_code"],
            effective_on=line["effective_on"],
            kind=line["kind"],
            authority=line["authority"],
        )
        reference.add_provenance("AreaSuccession", key, line, "area_successions")


def add_area_editions(reference: ReferenceRows) -> None:
    """Add the editions of areas, also those whose areas are not known."""
    for line in reference.read_lines("area_editions"):
        key = line["code"] or ""
        reference.add_row(
            "area_edition",
            id=key,
            level=line["level"],
            **text_values(line, "name"),
            area_count=int(line["area_count"] or ""),
            **text_values(line, "authority"),
            **validity_values(line),
        )
        reference.add_provenance("AreaEdition", key, line, "area_editions")


def add_operations_centres(reference: ReferenceRows) -> None:
    """Add the dated operations centres of clusters, with their heads; the English head is our
    wording.
    """
    for line in reference.read_lines("operations_centres"):
        key = f"{line['cluster_code']}:{validity_start(line)}"
        reference.add_row(
            "operations_centre",
            id=key,
            cluster_id=line["cluster_code"],
            province_id=line["province_code"],
            head_rule=line["head_rule"],
            **text_values({"th_origin": None, "en_origin": "HUMAN", **line}, "head"),
            rule_code=line["rule_code"],
            authority=line["authority"],
            **validity_values(line),
        )
        reference.add_provenance("OperationsCentre", key, line, "operations_centres")


def add_agencies(reference: ReferenceRows) -> None:
    """Add agencies, their dated placements and codes, and their aliases."""
    for line in reference.read_lines("agencies"):
        key = line["id"] or ""
        reference.add_row(
            "agency",
            id=key,
            kind=line["kind"],
            level=line["level"],
            **name_values(line),
            short_th=line["short_th"],
            short_en=line["short_en"],
            area_id=line["area_code"],
            juristic_person=parse_boolean(line["juristic_person"]),
            **validity_values(line),
        )
        reference.add_provenance("Agency", key, line, "agencies")
    codes: set[tuple[str, str]] = set()
    for line in reference.read_lines("agency_placements"):
        agency_id = line["agency_id"] or ""
        key = f"{agency_id}:{validity_start(line)}"
        reference.add_row(
            "agency_placement",
            id=key,
            agency_id=agency_id,
            parent_id=line["parent_id"],
            code=line["code"],
            **validity_values(line),
        )
        reference.add_provenance("AgencyPlacement", key, line, "agency_placements")
        if code := line["code"]:
            codes.add((code, str(GlobalId("Agency", agency_id))))
    for code, subject in sorted(codes):
        reference.add_row("external_id", scheme=find_scheme(code), value=code, subject=subject)
    for line in reference.read_lines("agency_aliases"):
        agency_id = line["agency_id"] or ""
        reference.add_row(
            "external_id",
            scheme="other-name",
            value=line["alias"],
            subject=str(GlobalId("Agency", agency_id)),
        )
        reference.add_alias("AGENCY", agency_id, line)
        reference.add_provenance(
            "Agency", agency_id, {**line, "quote_th": line["alias"]}, "agency_aliases"
        )


def find_scheme(code: str) -> str:
    """Return the scheme of an agency's code: the Budget Bureau's, or one of the two of our own."""
    if code.startswith(OWN_CODE):
        return "buranakan-unit"
    return "buranakan-lao" if LOCAL_CODE.fullmatch(code) else "budget-code"


def validity_start(line: dict[str, str | None]) -> str:
    """Return the start date that distinguishes dated rows of the same key; "-" if open."""
    return line["valid_from"] or "-"
