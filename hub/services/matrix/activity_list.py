"""The activity list by which a stage and a level of a chain are judged (slides 72-78).

The matrix and the findings about gaps use the same lists and the same basis.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum

from hub.domain.agencies import ActorLevel
from hub.domain.record import record
from hub.domain.value_chain import ExpectedRole, Stage, StageMapping, ValueChain
from hub.store.value_chain import ValueChains
from hub.store.value_chain_mappings import ValueChainMappings


class Basis(Enum):
    """What an empty stage of a chain is judged by, at a level or at all levels.

    ROLES: the list's roles there, which may be none; EVERY_STAGE: someone is expected in every
    stage of an area's chain; OTHER_LEVEL: the chain of the area has no row of the level;
    STAGE_NOT_LISTED, LEVEL_NOT_LISTED: the list does not have it.
    """

    ROLES = "ROLES"
    EVERY_STAGE = "EVERY_STAGE"
    OTHER_LEVEL = "OTHER_LEVEL"
    STAGE_NOT_LISTED = "STAGE_NOT_LISTED"
    LEVEL_NOT_LISTED = "LEVEL_NOT_LISTED"


@record
class ActivityList:
    """The activities of a chain's stages by level, as the deck lists them (slides 72-78)."""

    roles: Mapping[str, Sequence[ExpectedRole]]
    """By stage code; a stage of the list may have no role."""
    levels: frozenset[ActorLevel]
    citations: Sequence[str]
    """The slides of the list."""
    is_mapped: bool = False
    """Whether the list is that of role chains that the chain's stages are mapped to."""

    def speaks_of(self, stage: str, level: str | None) -> bool:
        """Return whether the list has a stage and a level (null: any)."""
        return stage in self.roles and level in {None, *(one.value for one in self.levels)}


def list_citations(roles: Iterable[Sequence[ExpectedRole]]) -> list[str]:
    """Return the slides of roles, each once, ascending."""
    return sorted({role.citation for listed in roles for role in listed})


def find_basis(
    chain: ValueChain, activities: ActivityList | None, stage: str, level: str | None
) -> Basis:
    """Return what a stage of a chain is judged by, at a level (null: at all of them).

    Of what a mapped list does not speak the area's own chain is the criterion (ADR 30).
    """
    if activities is None or (activities.is_mapped and not activities.speaks_of(stage, level)):
        is_row = level in {None, *(one.value for one in chain.actor_levels)}
        return Basis.EVERY_STAGE if is_row else Basis.OTHER_LEVEL
    if stage not in activities.roles:
        return Basis.STAGE_NOT_LISTED
    if level not in {None, *(one.value for one in activities.levels)}:
        return Basis.LEVEL_NOT_LISTED
    return Basis.ROLES


async def fetch_activities(
    chains: ValueChains,
    mappings: ValueChainMappings,
    requested: Sequence[ValueChain],
    at: datetime | None = None,
) -> dict[str, ActivityList | None]:
    """Return the activity list of each chain with a role matrix, or that of the role chains which
    its stages are mapped to; null if it has neither, or an empty one. At most three statements.
    """
    mapped = [one.id for one in requested if one.template_id != one.id]
    pairs = await mappings.pairs_by_chain(mapped, at) if mapped else {}
    templates = {pair.template_id for listed in pairs.values() for pair in listed}
    in_use = {
        *templates,
        *(one.id for one in requested if one.id not in mapped or pairs.get(one.id)),
    }
    stages = await chains.stages_by_chain(sorted(in_use), at) if in_use else {}
    stage_ids = [stage.id for listed in stages.values() for stage in listed]
    roles = await chains.roles_by_stage(stage_ids, at) if stage_ids else {}
    found: dict[str, ActivityList | None] = {}
    for one in requested:
        if one.template_id == one.id:
            found[one.id] = build_own_list(one, stages.get(one.id, []), roles)
        else:
            found[one.id] = build_mapped_list(pairs.get(one.id, []), stages, roles, one.id)
    return found


def build_own_list(
    chain: ValueChain, stages: Sequence[Stage], roles: Mapping[str, Sequence[ExpectedRole]]
) -> ActivityList | None:
    """Return the list of the roles at a chain's own stages; null if there are none."""
    own = {stage.code: roles.get(stage.id, []) for stage in stages}
    levels = {role.level for listed in own.values() for role in listed}
    if not levels:
        return None
    return ActivityList(
        own, frozenset(levels | set(chain.actor_levels)), list_citations(own.values())
    )


def build_mapped_list(
    pairs: Sequence[StageMapping],
    stages: Mapping[str, Sequence[Stage]],
    roles: Mapping[str, Sequence[ExpectedRole]],
    chain_id: str,
) -> ActivityList | None:
    """Return the roles of role chains at the stages that are mapped to them; null if there are
    none.

    A stage without a pair is absent, and levels are only those that a role names: of the others the
    list does not speak.
    """
    listed = [
        roles.get(stage.id, [])
        for template in sorted({pair.template_id for pair in pairs})
        for stage in stages.get(template, [])
    ]
    if not any(listed):
        return None
    code_by_stage = {stage.id: stage.code for stage in stages[chain_id]}
    by_code: dict[str, list[ExpectedRole]] = defaultdict(list)
    for pair in pairs:
        by_code[code_by_stage[pair.stage_id]].extend(roles.get(pair.template_stage_id, []))
    return ActivityList(
        {code: by_code[code] for code in code_by_stage.values() if code in by_code},
        frozenset(role.level for one in listed for role in one),
        list_citations(listed),
        is_mapped=True,
    )
