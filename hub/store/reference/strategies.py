"""Rules, value chains, plans and their issues, projects and what they serve, planning rounds."""

from hub.store.reference.rows import (
    Harvest,
    common_era,
    dates,
    named,
    several,
    text,
    worded,
    yes,
)

WEIGHT = {"HIGH": "1", "MEDIUM": "0.6", "LOW": "0.3"}
"""How much a reading of a slide weighs as a reason; ours, by the confidence beside it."""


def rules(harvest: Harvest) -> None:
    """R1 to R69."""
    for line in harvest.lines("rules"):
        code = line["code"] or ""
        why = "enforcement_why"
        harvest.add(
            "rule",
            code=code,
            slug=line["slug"],
            group=line["group"],
            ordinal=line["ordinal"],
            **text(line, "text"),
            enforcement=line["enforcement"],
            **worded("enforcement_note", line[f"{why}_th"], line[f"{why}_en"], "HUMAN", "HUMAN"),
            severity=line["severity"],
            citation=line["citation"],
            **dates(line),
        )
        harvest.cite("Rule", code, line, "rules")


def chains(harvest: Harvest) -> None:
    """Value chains, their stages, and who is expected to do what."""
    for line in harvest.lines("value_chains"):
        code = line["code"] or ""
        harvest.add(
            "value_chain",
            id=code,
            **named(line),
            theme=line["theme"],
            template_id=line["template_code"],
            actor_levels=several(line["actor_levels"]),
        )
        harvest.cite("ValueChain", code, line, "value_chains")
    for line in harvest.lines("stages"):
        key = stage(line["chain_code"], line["code"])
        harvest.add(
            "stage",
            id=key,
            chain_id=line["chain_code"],
            code=line["code"],
            ordinal=line["order"],
            **text(line, "name"),
            **text(line, "group"),
            kind=line["kind"],
        )
        harvest.cite("Stage", key, line, "stages")
    for line in harvest.lines("expected_roles"):
        code = line["code"] or ""
        harvest.add(
            "expected_role",
            id=code,
            stage_id=stage(line["chain_code"], line["stage_code"]),
            level=line["level"],
            **text(line, "statement"),
            citation=line["citation"],
        )
        harvest.cite("ExpectedRole", code, line, "expected_roles")


def stage(chain: str | None, code: str | None) -> str:
    """The key of a stage; its code is its own only within the chain."""
    return f"{chain}.{code}"


def version(plan: str | None, number: str | None) -> str:
    """The key of a version of a plan."""
    return f"{plan}-v{number}"


def plans(harvest: Harvest) -> None:
    """Plans with their one version, and the issues as that version words them."""
    read: dict[str | None, str] = {}
    for line in harvest.lines("plans"):
        code = line["code"] or ""
        read[code] = version(code, line["version_number"])
        harvest.add(
            "plan",
            id=code,
            kind=line["kind"],
            **named(line, "title"),
            area_id=line["area_code"],
            first_year=common_era(line["first_year_be"]),
            last_year=common_era(line["last_year_be"]),
        )
        harvest.cite("Plan", code, line, "plans")
        harvest.add(
            "plan_version",
            id=read[code],
            plan_id=code,
            number=line["version_number"],
            status=line["status"],
            visibility="PUBLISHED",
            decided_on=line["decided_on"],
            decided_by=line["decided_by"],
        )
        harvest.cite("PlanVersion", read[code], line, "plans")
    for line in harvest.lines("issues"):
        code = line["code"] or ""
        harvest.add("issue", id=code, plan_id=line["plan_code"])
        harvest.add(
            "issue_revision",
            issue_id=code,
            version_id=read[line["plan_code"]],
            code=code,
            **named(line),
            rank=line["rank"],
            rank_basis=line["rank_basis"],
            theme=line["theme"],
            chain_id=line["chain_code"],
        )
        harvest.cite("StrategicIssue", code, line, "issues")


def projects(harvest: Harvest) -> None:
    """Projects, where they act, and the issue and stage each serves."""
    for line in harvest.lines("projects"):
        code = line["code"] or ""
        harvest.add(
            "project",
            id=code,
            code=code,
            **named(line),
            actor_level=line["actor_level"],
            owner_id=line["owner_id"],
            fiscal_years=[common_era(year) for year in several(line["fiscal_years_be"])],
            visibility=line["visibility"],
        )
        harvest.cite("Project", code, line, "projects")
        for area in several(line["area_codes"]):
            harvest.add("project_area", project_id=code, area_id=area, basis="UNKNOWN")
    for line in harvest.lines("linkages"):
        place = stage(line["chain_code"], line["stage_code"]) if line["stage_code"] else None
        key = ":".join(filter(None, (line["project_code"], line["issue_code"], place)))
        reason = {
            "code": line["asserted"],
            "th": line["reason_th"],
            "en": line["reason_en"],
            "th_origin": "HUMAN",
            "en_origin": "HUMAN",
            "weight": WEIGHT[line["confidence"] or "LOW"],
        }
        harvest.add(
            "linkage",
            id=key,
            project_id=line["project_code"],
            issue_id=line["issue_code"],
            stage_id=place,
            status=line["status"],
            visibility=line["visibility"],
            reasons=[reason],
        )
        harvest.cite("Linkage", key, line, "linkages")


def rounds(harvest: Harvest) -> None:
    """Steps and dates of planning rounds."""
    for line in harvest.lines("planning_events"):
        code = line["code"] or ""
        harvest.add(
            "planning_event",
            id=code,
            track=line["track"],
            ordinal=line["order"],
            **text(line, "text"),
            fiscal_year=common_era(line["fiscal_year_be"]),
            starts_on=line["starts_on"],
            ends_on=line["ends_on"],
            precision=line["precision"],
            movable=yes(line["movable"]),
            actors_th=several(line["actors_th"]),
            actors_en=several(line["actors_en"]),
            depends_on=several(line["depends_on"]),
        )
        harvest.cite("PlanningEvent", code, line, "planning_events")


TYPES = {"Issue": "StrategicIssue"}
"""Subjects that citations.csv calls by another name than the contract."""


def citations(harvest: Harvest) -> None:
    """Further reasons for facts of the other files; after them, so that these come second."""
    for line in harvest.lines("citations"):
        kind = line["subject_type"] or ""
        harvest.cite(TYPES.get(kind, kind), line["subject_id"] or "", line, "citations")
