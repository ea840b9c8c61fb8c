"""Chains of areas for tests: who saves them, a valid command, and what is then stored."""

import itertools
from dataclasses import replace
from typing import Any, Final

from hub.domain.agencies import ActorLevel
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.user_errors import UserErrorCode
from hub.domain.value_chain import StageKind
from hub.domain.value_chain_commands import (
    PhaseDraft,
    StageDraft,
    ValueChainPayload,
    ValueChainSaveCommand,
)
from hub.services.commands.acting import Acting
from hub.services.value_chains.save_value_chain import ValueChainCommands
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.services.linkages.both_sides import PROVINCE

SCOPES: Final = frozenset({"plan:write", "linkage:propose", "linkage:decide"})
CHON_BURI: Final = replace(PROVINCE, scopes=SCOPES)
RAYONG: Final = Viewer("rayong", "province:21", SCOPES, client_id="rayong")
ROI_ET: Final = Viewer("roi-et", "province:45", SCOPES, client_id="roi-et")
STEWARD: Final = Viewer("steward", "ministry:01", SCOPES | {"hub:steward"}, client_id="steward")
STAGES: Final = (
    StageDraft("supply", "จัดหาพลังงาน", StageKind.MAIN, maps_to=("production-factors",)),
    StageDraft("grid", "โครงข่าย", StageKind.MAIN, group="ระบบ"),
    StageDraft(
        "saving", "ประหยัดพลังงาน", StageKind.SUPPORT, maps_to=("market", "production-factors")
    ),
)
ENERGY: Final = ValueChainSaveCommand(
    "",
    "20",
    "energy-chon-buri",
    "พลังงานจังหวัดชลบุรี",
    (ActorLevel.MINISTRY, ActorLevel.PROVINCE),
    STAGES,
    theme="energy",
    template_id="industry",
    phases=(PhaseDraft("ระยะแรก", FiscalYearRange(FiscalYear(2023), FiscalYear(2025))),),
)
keys = itertools.count()


async def save(
    database: Database, viewer: Viewer, command: ValueChainSaveCommand, **changes: Any
) -> ValueChainPayload:
    """Save a chain with an idempotency key of its own."""
    named = {"idempotency_key": f"key-{next(keys)}"} | changes
    return await ValueChainCommands(database).save(Acting(viewer), replace(command, **named))


def codes(payload: ValueChainPayload) -> list[UserErrorCode]:
    """Return the codes of the errors, all of which are in both languages."""
    assert all(one.message.th and one.message.en for one in payload.user_errors)
    return [one.code for one in payload.user_errors]


async def read_chain(database: Database, code: str) -> dict[str, Any]:
    """Return what is stored of a chain."""
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, ANONYMOUS)
        [chain] = (await unit.chains.by_id([code])).values()
        mappings = (await unit.chain_mappings.by_chain([code]))[code]
        pairs = (await unit.chain_mappings.pairs_by_chain([code]))[code]
        phases = (await unit.chains.phases_by_chain([code]))[code]
        return {
            "version": chain.version,
            "area": chain.area_id,
            "name": chain.name,
            "stages": (await unit.chains.stages_by_chain([code]))[code],
            "phases": [one.name.th for one in phases],
            "mappings": [(one.template_id, one.version, one.agency_id) for one in mappings],
            "pairs": [
                (one.stage_id.split(".")[1], one.template_stage_id.split(".")[1]) for one in pairs
            ],
        }
