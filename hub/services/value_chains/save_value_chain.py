"""Create or change the value chain of an area, with its stages, phases, levels and mapping."""

from datetime import datetime
from typing import Final

from hub.domain.areas import AreaLevel
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Permission
from hub.domain.user_errors import to_user_error
from hub.domain.value_chain import ValueChain, ValueChainMapping
from hub.domain.value_chain_commands import (
    ValueChainPayload,
    ValueChainSaveCommand,
    find_problems,
)
from hub.errors import Duplicate, Forbidden, Invalid, NotFound, StaleVersion, WrongStatus
from hub.services.commands.acting import Acting, find_acting_agency
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.services.value_chains.build_rows import build_rows, compare_rows
from hub.store.database import Database, StoreConnection
from hub.store.value_chain_changes import (
    ChainChanges,
    RowsByType,
    fetch_area_level,
    fetch_role_stages,
    find_stages_in_use,
    insert_chain,
    lock_chain,
    write_changes,
)

ROLE_CHAIN_IS_FIXED: Final = (
    "ห่วงโซ่ต้นแบบและบทบาทของสไลด์ 72–78 แก้ที่นี่ไม่ได้ ให้สร้างห่วงโซ่ของพื้นที่แล้วเทียบขั้น "
    "· a chain with a role matrix (slides 72-78) is not changed here; create a chain of the area "
    "and map its stages"
)
STEWARD_NEEDED: Final = (
    "ห่วงโซ่ของทั้งประเทศ บันทึกได้เฉพาะผู้มีสิทธิ hub:steward · a chain of the whole country needs hub:steward"
)


ANSWERS: Final[AnswerFormat[ValueChainPayload]] = AnswerFormat(
    lambda payload: [payload.chain_id, payload.mapping_id],
    lambda stored: ValueChainPayload(*stored),
)


class ValueChainCommands:
    """Commands on value chains over one database; what a client can fix is in the result."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, acting: Acting, command: ValueChainSaveCommand) -> ValueChainPayload:
        """Save a chain once; with `user_errors` nothing was changed."""
        receipt = acting.command("valueChainSave", command.idempotency_key, command)

        async def _work(
            connection: StoreConnection, _at: datetime
        ) -> CommandOutcome[ValueChainPayload]:
            payload = await save_in_transaction(connection, acting, command)
            changed = acting.audited(
                (ValueChain.TYPE, payload.chain_id), (ValueChainMapping.TYPE, payload.mapping_id)
            )
            return CommandOutcome(payload, changed)

        try:
            return await execute_once(self._database, acting, receipt, _work, ANSWERS)
        except Refused as refused:
            return ValueChainPayload(None, None, refused.errors)


async def save_in_transaction(
    connection: StoreConnection, acting: Acting, command: ValueChainSaveCommand
) -> ValueChainPayload:
    """Save a chain; raise `Refused` or a `HubError` if it is refused."""
    agency_id, area_id = await authorize(connection, acting, command.area_id)
    stored = await lock_stored_chain(connection, acting, command)
    role_stages = await fetch_template(connection, command)
    if problems := [*find_problems(command), *find_unknown_stages(command, role_stages)]:
        raise Refused([to_user_error(one) for one in problems])
    wanted = build_rows(command, stored, role_stages, agency_id, area_id)
    changes = compare_rows(stored, wanted)
    mapping_id = next(iter(wanted["ValueChainMapping"]), None)
    if changes is not None:
        await check_removed_stages(connection, changes)
        chain_row = changes.written["ValueChain"][0]
        if not stored and not await insert_chain(connection, chain_row):
            refuse_duplicate(command.code)
        await write_changes(connection, changes, agency_id or acting.viewer.subject)
    return ValueChainPayload(command.code, mapping_id)


async def authorize(
    connection: StoreConnection, acting: Acting, area_id: str
) -> tuple[str | None, str | None]:
    """Return the agency in whose name the viewer acts for an area, and the area of the chain.

    The chain of the whole country is one for all areas: null. `Forbidden` without the right.
    """
    if await fetch_area_level(connection, area_id) != AreaLevel.COUNTRY.value:
        return await find_acting_agency(connection, acting, area_id), area_id
    require_steward(acting)
    return acting.viewer.agency_id, None


def require_steward(acting: Acting) -> None:
    """Raise `Forbidden` unless the viewer may act for the whole country."""
    if not acting.viewer.has_permission(Permission.STEWARD):
        raise Forbidden(STEWARD_NEEDED)


async def lock_stored_chain(
    connection: StoreConnection, acting: Acting, command: ValueChainSaveCommand
) -> RowsByType:
    """Lock the chain to change and return its rows; empty for a new chain.

    The viewer must also act for the area whose chain it has been. Raises `StaleVersion` as a user
    error if the client has read another version.
    """
    if command.chain_id is None:
        if await lock_chain(connection, command.code) is not None:
            refuse_duplicate(command.code)
        return {}
    stored = await lock_chain(connection, command.chain_id)
    if stored is None:
        raise NotFound(f"ไม่มีห่วงโซ่ {command.chain_id} · there is no value chain {command.chain_id}")
    chain = stored["ValueChain"][command.chain_id]
    if chain["template_id"] is not None:
        raise WrongStatus(ROLE_CHAIN_IS_FIXED)
    if chain["area_id"] is None:
        require_steward(acting)
    else:
        await find_acting_agency(connection, acting, chain["area_id"])
    if command.code != command.chain_id:
        raise Invalid(
            "input.code",
            f"รหัสของห่วงโซ่เปลี่ยนไม่ได้ ให้ส่ง {command.chain_id}",
            f"the code of a chain does not change; send {command.chain_id}",
        )
    mapping = next(iter(stored["ValueChainMapping"].values()), None)
    version, thing = (mapping or chain)["version"], "การเทียบขั้น" if mapping else "ห่วงโซ่"
    if command.expected_version != version:
        error = StaleVersion(
            f"{thing}นี้เป็นรุ่น {version} แล้ว อ่านใหม่ก่อนแล้วส่ง expectedVersion: {version} "
            f"· this {'mapping' if mapping else 'chain'} has version {version}; read it again, "
            f"then send expectedVersion: {version}"
        )
        raise Refused([to_user_error(error, chain_gid(command.chain_id))])
    return stored


def refuse_duplicate(code: str) -> None:
    """Raise the error that a code is taken, with the chain that has it."""
    error = Duplicate(f"มีห่วงโซ่รหัส {code} แล้ว · there is a value chain {code} already")
    raise Refused([to_user_error(error, chain_gid(code))])


def chain_gid(code: str) -> str:
    """Return the global id of a chain."""
    return str(GlobalId(ValueChain.TYPE, code))


async def fetch_template(
    connection: StoreConnection, command: ValueChainSaveCommand
) -> dict[str, str]:
    """Return the ids of the template's stages by code; `Invalid` if it is no role chain."""
    if command.template_id is None:
        return {}
    found = await fetch_role_stages(connection, command.template_id)
    if not found:
        raise Invalid(
            "input.template",
            f"{command.template_id} ไม่ใช่ห่วงโซ่ที่มีตารางบทบาท ใช้ห่วงโซ่ของสไลด์ 72–78",
            f"{command.template_id} is no chain with a role matrix; use one of slides 72-78",
        )
    return found


def find_unknown_stages(
    command: ValueChainSaveCommand, role_stages: dict[str, str]
) -> list[Invalid]:
    """Return the errors of stages that are mapped to a stage that the template does not have."""
    if command.template_id is None:
        return []
    return [
        Invalid(
            f"input.stages.{index}.mapsTo",
            f"ห่วงโซ่ {command.template_id} ไม่มีขั้น {code} มี {', '.join(role_stages)}",
            f"the chain {command.template_id} has no stage {code}, but {', '.join(role_stages)}",
        )
        for index, stage in enumerate(command.stages)
        for code in stage.maps_to
        if code not in role_stages
    ]


async def check_removed_stages(connection: StoreConnection, changes: ChainChanges) -> None:
    """Raise `Invalid` if a stage would be removed that linkages or requests refer to."""
    removed = changes.removed["Stage"]
    codes = await find_stages_in_use(connection, removed) if removed else []
    if codes:
        raise Invalid(
            "input.stages",
            f"ตัดขั้น {', '.join(codes)} ไม่ได้ เพราะมีความเชื่อมโยงหรือคำขออยู่ ให้ส่งขั้นนี้มาด้วย",
            f"the stages {', '.join(codes)} cannot be removed, as linkages or requests for work "
            "refer to them; keep them in the list",
        )
