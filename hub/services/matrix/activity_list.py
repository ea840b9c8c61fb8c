"""The activity list by which the cells of a chain are judged (slides 72-78)."""

from collections.abc import Iterable, Mapping, Sequence

from hub.domain.agencies import ActorLevel
from hub.domain.record import record
from hub.domain.value_chain import ExpectedRole


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
