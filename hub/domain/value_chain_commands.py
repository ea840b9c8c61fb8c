"""The command that creates or changes the value chain of an area, its rules, and its result."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from hub.domain.agencies import ActorLevel
from hub.domain.record import record, value
from hub.domain.time import FiscalYearRange
from hub.domain.user_errors import UserError
from hub.domain.value_chain import StageKind
from hub.errors import Invalid

CODE_PATTERN: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_CODE_LENGTH: Final = 80
MAX_NAME_LENGTH: Final = 500
MAX_STAGES: Final = 50
MAX_PHASES: Final = 20


@value
class StageDraft:
    """A stage of a chain; `maps_to` are codes of stages of the template."""

    code: str
    name: str
    kind: StageKind
    group: str | None = None
    maps_to: tuple[str, ...] = ()


@value
class PhaseDraft:
    """A phase of a chain with its fiscal years."""

    name: str
    fiscal_years: FiscalYearRange
    goal: str | None = None


@value
class ValueChainSaveCommand:
    """Create a chain of an area, or change one that the client has read in a version.

    Stages replace all earlier ones, and so do phases unless they are null. `template_id` is the
    role chain that stages are mapped to; null: no mapping.
    """

    idempotency_key: str
    area_id: str
    code: str
    name: str
    actor_levels: tuple[ActorLevel, ...]
    stages: tuple[StageDraft, ...]
    chain_id: str | None = None
    expected_version: int | None = None
    theme: str | None = None
    phases: tuple[PhaseDraft, ...] | None = None
    template_id: str | None = None


@record
class ValueChainPayload:
    """The result of a command: the chain and its mapping; none if `user_errors`."""

    chain_id: str | None
    mapping_id: str | None = None
    user_errors: Sequence[UserError] = ()


def find_problems(command: ValueChainSaveCommand) -> list[Invalid]:
    """Return everything that is invalid in a command by itself."""
    return [
        *check_code(command.code, "input.code"),
        *check_name(command.name, "input.name"),
        *check_length(command.theme, "input.theme"),
        *check_levels(command.actor_levels),
        *check_stages(command),
        *check_phases(command.phases or ()),
    ]


def check_code(code: str, field: str) -> Iterator[Invalid]:
    """Yield the error of a code that is no lower-case word of Latin letters, digits and hyphens."""
    if len(code) > MAX_CODE_LENGTH or not CODE_PATTERN.fullmatch(code):
        yield Invalid(
            field,
            f"รหัส {code!r} ต้องเป็น a–z 0–9 คั่นด้วย - ไม่เกิน {MAX_CODE_LENGTH} อักขระ "
            "เช่น energy-nakhon-phanom",
            f"the code {code!r} must be of a-z, 0-9 and single hyphens, at most {MAX_CODE_LENGTH} "
            "characters, for example energy-nakhon-phanom",
        )


def check_name(name: str, field: str) -> Iterator[Invalid]:
    """Yield the error of a name that is empty or too long."""
    if not name.strip():
        yield Invalid(field, "ต้องมีชื่อ", "a name is required")
    yield from check_length(name, field)


def check_length(text: str | None, field: str) -> Iterator[Invalid]:
    """Yield the error of a text that is too long."""
    if text and len(text) > MAX_NAME_LENGTH:
        yield Invalid(
            field,
            f"ยาวเกิน {MAX_NAME_LENGTH} อักขระ",
            f"at most {MAX_NAME_LENGTH} characters",
        )


def check_levels(levels: Sequence[ActorLevel]) -> Iterator[Invalid]:
    """Yield the error of actor levels that are none or not distinct."""
    if not levels:
        yield Invalid(
            "input.actorLevels",
            "ต้องมีผู้ดำเนินการอย่างน้อย 1 แถว",
            "at least one actor level is required",
        )
    for level in list_repeated(one.value for one in levels):
        yield Invalid("input.actorLevels", f"{level} ซ้ำ", f"{level} is repeated")


def check_stages(command: ValueChainSaveCommand) -> Iterator[Invalid]:
    """Yield the errors of stages; the stages of the template are checked where they are known."""
    if not 1 <= len(command.stages) <= MAX_STAGES:
        yield Invalid(
            "input.stages",
            f"ต้องมี 1–{MAX_STAGES} ขั้น แต่ส่งมา {len(command.stages)}",
            f"1 to {MAX_STAGES} stages are required, not {len(command.stages)}",
        )
    for code in list_repeated(one.code for one in command.stages):
        yield Invalid("input.stages", f"รหัสขั้น {code} ซ้ำ", f"the stage code {code} is repeated")
    for index, stage in enumerate(command.stages):
        field = f"input.stages.{index}"
        yield from check_code(stage.code, f"{field}.code")
        yield from check_name(stage.name, f"{field}.name")
        yield from check_length(stage.group, f"{field}.group")
        if stage.maps_to and command.template_id is None:
            yield Invalid(
                f"{field}.mapsTo",
                "เทียบขั้นไว้ แต่ไม่ระบุห่วงโซ่ต้นแบบ ให้ระบุ template",
                "it is mapped, but no role chain is named; set template",
            )
        for code in list_repeated(stage.maps_to):
            yield Invalid(f"{field}.mapsTo", f"{code} ซ้ำ", f"{code} is repeated")


def check_phases(phases: Sequence[PhaseDraft]) -> Iterator[Invalid]:
    """Yield the errors of phases: too many, without a name, or not one after the other."""
    if len(phases) > MAX_PHASES:
        yield Invalid(
            "input.phases",
            f"มีได้ไม่เกิน {MAX_PHASES} ระยะ",
            f"at most {MAX_PHASES} phases",
        )
    earlier: PhaseDraft | None = None
    for index, phase in enumerate(phases):
        field = f"input.phases.{index}"
        yield from check_name(phase.name, f"{field}.name")
        yield from check_length(phase.goal, f"{field}.goal")
        if earlier and phase.fiscal_years.first.ce <= earlier.fiscal_years.last.ce:
            first, last = phase.fiscal_years.first.be, earlier.fiscal_years.last.be
            yield Invalid(
                f"{field}.fiscalYears",
                f"เริ่ม พ.ศ. {first} ทั้งที่ระยะก่อนหน้าสิ้นสุด พ.ศ. {last} ให้เรียงระยะต่อกัน",
                f"it begins in {first} BE, but the phase before ends in {last} BE; phases follow "
                "one another",
            )
        earlier = phase


def list_repeated(values: Iterable[str]) -> list[str]:
    """Return the values that occur more than once, each once."""
    return [one for one, count in Counter(values).items() if count > 1]
