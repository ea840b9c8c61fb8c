"""One record: a project of a local authority, in the authority's area."""

from connectors.kit import thai
from connectors.kit.contract_entry import SystemProfile, parse_contract_entry
from hub.domain.agencies import ActorLevel
from hub.domain.budget import FundingSource
from hub.domain.sources.records import NameKind, RawName, RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project at local level, funded by the authority, in its area whatever the
    province.
    """
    name = thai.clean_text(raw.payload["agency_name"])
    area = RawName(NameKind.AREA, name) if name else None
    return parse_contract_entry(
        raw, spec, SystemProfile(ActorLevel.LOCAL, FundingSource.LOCAL, area)
    )
