"""Areas and agencies: who there is, and who belongs to whom and when."""

from hub.domain.global_id import GlobalId
from hub.store.reference.rows import Harvest, dates, named, text, yes


def areas(harvest: Harvest) -> None:
    """Provinces, clusters of both editions, regions, the country; and their ISO 3166 codes."""
    for line in harvest.lines("areas"):
        code = line["code"] or ""
        harvest.add(
            "area",
            id=code,
            level=line["level"],
            kind=line["kind"],
            **named(line),
            short_th=line["short_th"],
            tile_column=line["tile_column"],
            tile_row=line["tile_row"],
            **dates(line),
        )
        harvest.cite("Area", code, line, "areas")
        iso = f"TH-{code}" if line["level"] == "PROVINCE" else None
        if iso and iso in (line["citation"] or ""):
            harvest.add(
                "external_id", scheme="iso-3166-2", value=iso, subject=str(GlobalId("Area", code))
            )


def area_aliases(harvest: Harvest) -> None:
    """By what other names areas go, dated."""
    for line in harvest.lines("area_aliases"):
        code = line["area_code"] or ""
        harvest.alias("AREA", code, line)
        harvest.cite("Area", code, {**line, "quote_th": line["alias"]}, "area_aliases")


def memberships(harvest: Harvest) -> None:
    """Which area belongs to which, dated."""
    for line in harvest.lines("area_memberships"):
        key = ":".join((line["child_code"] or "", line["parent_code"] or "", since(line)))
        harvest.add(
            "area_membership",
            id=key,
            child_id=line["child_code"],
            parent_id=line["parent_code"],
            authority=line["authority"],
            **dates(line),
        )
        harvest.cite("AreaMembership", key, line, "area_memberships")


def centres(harvest: Harvest) -> None:
    """Where each cluster is run from and who heads it, dated; the wording of a head is ours."""
    for line in harvest.lines("operations_centres"):
        key = f"{line['cluster_code']}:{since(line)}"
        harvest.add(
            "operations_centre",
            id=key,
            cluster_id=line["cluster_code"],
            province_id=line["province_code"],
            head_rule=line["head_rule"],
            **text({"th_origin": None, "en_origin": "HUMAN", **line}, "head"),
            rule_code=line["rule_code"],
            authority=line["authority"],
            **dates(line),
        )
        harvest.cite("OperationsCentre", key, line, "operations_centres")


def agencies(harvest: Harvest) -> None:
    """Agencies, their dated places and codes, and by what other names they go."""
    for line in harvest.lines("agencies"):
        key = line["id"] or ""
        harvest.add(
            "agency",
            id=key,
            kind=line["kind"],
            level=line["level"],
            **named(line),
            short_th=line["short_th"],
            short_en=line["short_en"],
            area_id=line["area_code"],
            juristic_person=yes(line["juristic_person"]),
            **dates(line),
        )
        harvest.cite("Agency", key, line, "agencies")
    codes: set[tuple[str, str]] = set()
    for line in harvest.lines("agency_placements"):
        agency = line["agency_id"] or ""
        key = f"{agency}:{since(line)}"
        harvest.add(
            "agency_placement",
            id=key,
            agency_id=agency,
            parent_id=line["parent_id"],
            code=line["code"],
            **dates(line),
        )
        harvest.cite("AgencyPlacement", key, line, "agency_placements")
        if code := line["code"]:
            codes.add((code, str(GlobalId("Agency", agency))))
    for code, subject in sorted(codes):
        harvest.add("external_id", scheme="budget-code", value=code, subject=subject)
    for line in harvest.lines("agency_aliases"):
        agency = line["agency_id"] or ""
        harvest.add(
            "external_id",
            scheme="other-name",
            value=line["alias"],
            subject=str(GlobalId("Agency", agency)),
        )
        harvest.alias("AGENCY", agency, line)
        harvest.cite("Agency", agency, {**line, "quote_th": line["alias"]}, "agency_aliases")


def since(line: dict[str, str | None]) -> str:
    """What tells one dated row from the next of the same thing."""
    return line["valid_from"] or "-"
