"""Build the rows of a chain from a command, and compare them with those that are stored."""

from collections.abc import Mapping
from typing import Any, Final

from hub.domain.text import thai_sort_key
from hub.domain.value_chain import (
    build_mapping_id,
    build_pair_id,
    build_phase_id,
    build_stage_id,
)
from hub.domain.value_chain_commands import ValueChainSaveCommand
from hub.store.value_chain_changes import ChainChanges, RowsByType

Row = dict[str, Any]
POSITION_COLUMNS: Final = frozenset({"ordinal", "version", "sort_key"})
"""Columns whose change alone is no new statement about a thing."""
TEXT_PARTS: Final = ("th", "en", "th_origin", "en_origin")


def build_rows(
    command: ValueChainSaveCommand,
    stored: RowsByType,
    role_stages: Mapping[str, str],
    agency_id: str | None,
    area_id: str | None,
) -> dict[str, dict[str, Row]]:
    """Return the rows of a chain by type and id, as a command describes it.

    A text that stays the same in Thai keeps its English; another one has none. `role_stages` are
    the ids of the template's stages by code.
    """
    chain_id = command.code
    before = stored.get("ValueChain", {}).get(chain_id, {})
    chain = {
        "id": chain_id,
        **text_columns("name", command.name, before),
        "sort_key": thai_sort_key(command.name.strip()),
        "theme": command.theme,
        "template_id": None,
        "actor_levels": [one.value for one in command.actor_levels],
        "area_id": area_id,
    }
    found = {"ValueChain": {chain_id: chain}, "Stage": build_stages(command, stored)}
    found["ChainPhase"] = build_phases(command, stored)
    found["ValueChainMapping"], found["StageMapping"] = {}, {}
    if command.template_id is not None:
        mapping_id = build_mapping_id(chain_id, command.template_id)
        found["ValueChainMapping"][mapping_id] = {
            "id": mapping_id,
            "chain_id": chain_id,
            "template_id": command.template_id,
            "agency_id": agency_id,
        }
        found["StageMapping"] = build_pairs(command, stored, role_stages, mapping_id)
    return found


def build_stages(command: ValueChainSaveCommand, stored: RowsByType) -> dict[str, Row]:
    """Return the rows of stages, numbered from 1."""
    rows = {}
    for ordinal, stage in enumerate(command.stages, start=1):
        key = build_stage_id(command.code, stage.code)
        before = stored.get("Stage", {}).get(key, {})
        rows[key] = {
            "id": key,
            "chain_id": command.code,
            "code": stage.code,
            "ordinal": ordinal,
            **text_columns("name", stage.name, before),
            **text_columns("group", stage.group, before),
            "kind": stage.kind.value,
        }
    return rows


def build_phases(command: ValueChainSaveCommand, stored: RowsByType) -> dict[str, Row]:
    """Return the rows of phases, numbered from 1; the stored ones if the command has none."""
    earlier = stored.get("ChainPhase", {})
    if command.phases is None:
        return {key: dict(row) for key, row in earlier.items()}
    rows = {}
    for ordinal, phase in enumerate(command.phases, start=1):
        key = build_phase_id(command.code, ordinal)
        rows[key] = {
            "id": key,
            "chain_id": command.code,
            "ordinal": ordinal,
            **text_columns("name", phase.name, earlier.get(key, {})),
            **text_columns("goal", phase.goal, earlier.get(key, {})),
            "first_year": phase.fiscal_years.first.ce,
            "last_year": phase.fiscal_years.last.ce,
        }
    return rows


def build_pairs(
    command: ValueChainSaveCommand,
    stored: RowsByType,
    role_stages: Mapping[str, str],
    mapping_id: str,
) -> dict[str, Row]:
    """Return the rows of pairs of stages; a pair that stays keeps its note."""
    rows = {}
    for stage in command.stages:
        stage_id = build_stage_id(command.code, stage.code)
        for code in stage.maps_to:
            key = build_pair_id(stage_id, role_stages[code])
            before = stored.get("StageMapping", {}).get(key, {})
            rows[key] = {
                "id": key,
                "mapping_id": mapping_id,
                "stage_id": stage_id,
                "template_stage_id": role_stages[code],
                **{f"note_{part}": before.get(f"note_{part}") for part in TEXT_PARTS},
            }
    return rows


def text_columns(name: str, text: str | None, before: Mapping[str, Any]) -> Row:
    """Return the columns of a text; those before if its Thai is the same."""
    stripped = (text or "").strip() or None
    if before and before[f"{name}_th"] == stripped:
        return {f"{name}_{part}": before[f"{name}_{part}"] for part in TEXT_PARTS}
    return {f"{name}_th": stripped, **{f"{name}_{part}": None for part in TEXT_PARTS[1:]}}


def compare_rows(stored: RowsByType, wanted: RowsByType) -> ChainChanges | None:
    """Return what differs; null if nothing does.

    Any change gives the chain and its mapping the same new version, which is higher than both: so
    the version that a client has read is never reached again.
    """
    written, removed, restated = {}, {}, {}
    for kind, rows in wanted.items():
        earlier = stored.get(kind, {})
        written[kind] = [row for key, row in rows.items() if list_differing(earlier.get(key), row)]
        removed[kind] = [key for key in earlier if key not in rows]
        restated[kind] = [
            row["id"]
            for row in written[kind]
            if list_differing(earlier.get(row["id"]), row) - POSITION_COLUMNS
        ]
    if not any(written.values()) and not any(removed.values()):
        return None
    versioned = ("ValueChain", "ValueChainMapping")
    version = 1 + max(
        (row["version"] for kind in versioned for row in stored.get(kind, {}).values()), default=0
    )
    for kind in versioned:
        written[kind] = [{**row, "version": version} for row in wanted[kind].values()]
    if restated["StageMapping"] or removed["StageMapping"]:
        restated["ValueChainMapping"] = list(wanted["ValueChainMapping"])
    return ChainChanges(written, removed, restated)


def list_differing(earlier: Mapping[str, Any] | None, row: Mapping[str, Any]) -> set[str]:
    """Return the columns in which a row differs from the stored one; all if there is none."""
    if earlier is None:
        return set(row)
    return {name for name, cell in row.items() if earlier[name] != cell}
