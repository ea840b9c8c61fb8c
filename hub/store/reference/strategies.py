"""Rows of rules, value chains, plans and their issues, projects and linkages, planning rounds."""

from hub.domain.value_chain import build_mapping_id, build_pair_id, build_stage_id
from hub.store.reference.rows import (
    ReferenceRows,
    localized_values,
    name_values,
    parse_boolean,
    parse_buddhist_year,
    parse_list,
    text_values,
    validity_values,
)

WEIGHT_BY_CONFIDENCE = {"HIGH": "1", "MEDIUM": "0.6", "LOW": "0.3"}
"""The weight of a slide's reading as a reason, by its confidence; our own choice."""


def add_rules(reference: ReferenceRows) -> None:
    """Add the rules R1 to R69."""
    for line in reference.read_lines("rules"):
        code = line["code"] or ""
        note_column = "enforcement_why"
        reference.add_row(
            "rule",
            code=code,
            slug=line["slug"],
            group=line["group"],
            ordinal=line["ordinal"],
            **text_values(line, "text"),
            enforcement=line["enforcement"],
            **localized_values(
                "enforcement_note",
                line[f"{note_column}_th"],
                line[f"{note_column}_en"],
                "HUMAN",
                "HUMAN",
            ),
            severity=line["severity"],
            citation=line["citation"],
            **validity_values(line),
        )
        reference.add_provenance("Rule", code, line, "rules")


def add_value_chains(reference: ReferenceRows) -> None:
    """Add value chains, their stages, and the expected roles."""
    for line in reference.read_lines("value_chains"):
        code = line["code"] or ""
        reference.add_row(
            "value_chain",
            id=code,
            **name_values(line),
            theme=line["theme"],
            template_id=line["template_code"],
            area_id=line["area_code"],
            actor_levels=parse_list(line["actor_levels"]),
        )
        reference.add_provenance("ValueChain", code, line, "value_chains")
    for line in reference.read_lines("stages"):
        key = build_stage_id(line["chain_code"], line["code"])
        reference.add_row(
            "stage",
            id=key,
            chain_id=line["chain_code"],
            code=line["code"],
            ordinal=line["order"],
            **text_values(line, "name"),
            **text_values(line, "group"),
            kind=line["kind"],
        )
        reference.add_provenance("Stage", key, line, "stages")
    for line in reference.read_lines("expected_roles"):
        code = line["code"] or ""
        reference.add_row(
            "expected_role",
            id=code,
            stage_id=build_stage_id(line["chain_code"], line["stage_code"]),
            level=line["level"],
            **text_values(line, "statement"),
            citation=line["citation"],
        )
        reference.add_provenance("ExpectedRole", code, line, "expected_roles")


def add_value_chain_mappings(reference: ReferenceRows) -> None:
    """Add how stages of an area's chain correspond to those of a role chain."""
    for line in reference.read_lines("value_chain_mappings"):
        key = build_mapping_id(line["chain_code"], line["template_code"])
        reference.add_row(
            "value_chain_mapping",
            id=key,
            chain_id=line["chain_code"],
            template_id=line["template_code"],
        )
        reference.add_provenance("ValueChainMapping", key, line, "value_chain_mappings")
    for line in reference.read_lines("stage_mappings"):
        stage_id = build_stage_id(line["chain_code"], line["stage_code"])
        template_stage_id = build_stage_id(line["template_code"], line["template_stage_code"])
        key = build_pair_id(stage_id, template_stage_id)
        reference.add_row(
            "stage_mapping",
            id=key,
            mapping_id=build_mapping_id(line["chain_code"], line["template_code"]),
            stage_id=stage_id,
            template_stage_id=template_stage_id,
            **localized_values("note", line["reason_th"], line["reason_en"], "HUMAN", "HUMAN"),
        )
        reference.add_provenance("StageMapping", key, line, "stage_mappings")


def build_version_id(plan: str | None, number: str | None) -> str:
    """Return the id of a plan version."""
    return f"{plan}-v{number}"


def add_plans(reference: ReferenceRows) -> None:
    """Add plans with their one version, and the issues as that version words them."""
    version_ids: dict[str | None, str] = {}
    for line in reference.read_lines("plans"):
        code = line["code"] or ""
        version_ids[code] = build_version_id(code, line["version_number"])
        reference.add_row(
            "plan",
            id=code,
            kind=line["kind"],
            **name_values(line, "title"),
            area_id=line["area_code"],
            first_year=parse_buddhist_year(line["first_year_be"]),
            last_year=parse_buddhist_year(line["last_year_be"]),
        )
        reference.add_provenance("Plan", code, line, "plans")
        reference.add_row(
            "plan_version",
            id=version_ids[code],
            plan_id=code,
            number=line["version_number"],
            status=line["status"],
            visibility="PUBLISHED",
            decided_on=line["decided_on"],
            decided_by=line["decided_by"],
        )
        reference.add_provenance("PlanVersion", version_ids[code], line, "plans")
    for line in reference.read_lines("issues"):
        code = line["code"] or ""
        reference.add_row("issue", id=code, plan_id=line["plan_code"])
        reference.add_row(
            "issue_revision",
            issue_id=code,
            version_id=version_ids[line["plan_code"]],
            code=code,
            **name_values(line),
            rank=line["rank"],
            rank_basis=line["rank_basis"],
            theme=line["theme"],
            chain_id=line["chain_code"],
        )
        reference.add_provenance("StrategicIssue", code, line, "issues")


def add_projects(reference: ReferenceRows) -> None:
    """Add projects, their areas, and their linkages to issue and stage."""
    for line in reference.read_lines("projects"):
        code = line["code"] or ""
        reference.add_row(
            "project",
            id=code,
            code=code,
            **name_values(line),
            actor_level=line["actor_level"],
            owner_id=line["owner_id"],
            fiscal_years=[
                parse_buddhist_year(year) for year in parse_list(line["fiscal_years_be"])
            ],
            visibility=line["visibility"],
        )
        reference.add_provenance("Project", code, line, "projects")
        for area in parse_list(line["area_codes"]):
            reference.add_row("project_area", project_id=code, area_id=area, basis="UNKNOWN")
    for line in reference.read_lines("linkages"):
        stage_id = (
            build_stage_id(line["chain_code"], line["stage_code"]) if line["stage_code"] else None
        )
        key = ":".join(filter(None, (line["project_code"], line["issue_code"], stage_id)))
        reason = {
            "code": line["asserted"],
            "th": line["reason_th"],
            "en": line["reason_en"],
            "th_origin": "HUMAN",
            "en_origin": "HUMAN",
            "weight": WEIGHT_BY_CONFIDENCE[line["confidence"] or "LOW"],
        }
        reference.add_row(
            "linkage",
            id=key,
            project_id=line["project_code"],
            issue_id=line["issue_code"],
            stage_id=stage_id,
            status=line["status"],
            visibility=line["visibility"],
            reasons=[reason],
        )
        reference.add_provenance("Linkage", key, line, "linkages")


def add_planning_events(reference: ReferenceRows) -> None:
    """Add steps and dates of planning rounds."""
    for line in reference.read_lines("planning_events"):
        code = line["code"] or ""
        reference.add_row(
            "planning_event",
            id=code,
            track=line["track"],
            ordinal=line["order"],
            **text_values(line, "text"),
            fiscal_year=parse_buddhist_year(line["fiscal_year_be"]),
            starts_on=line["starts_on"],
            ends_on=line["ends_on"],
            precision=line["precision"],
            movable=parse_boolean(line["movable"]),
            actors_th=parse_list(line["actors_th"]),
            actors_en=parse_list(line["actors_en"]),
            depends_on=parse_list(line["depends_on"]),
        )
        reference.add_provenance("PlanningEvent", code, line, "planning_events")


CONTRACT_TYPE_NAMES = {"Issue": "StrategicIssue"}
"""Subject types of citations.csv that have another name in the GraphQL contract."""


def add_citations(reference: ReferenceRows) -> None:
    """Add further provenance of facts in other files; called last, so that it comes second."""
    for line in reference.read_lines("citations"):
        kind = line["subject_type"] or ""
        reference.add_provenance(
            CONTRACT_TYPE_NAMES.get(kind, kind), line["subject_id"] or "", line, "citations"
        )
