"""One record: a project of a ministry's system, with its amounts by phase and year."""

from connectors.kit.contract_entry import SystemProfile, parse_contract_entry, parse_province
from hub.domain.budget import FundingSource
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project in its province, at the level of its owner."""
    area = parse_province(raw.payload)
    return parse_contract_entry(raw, spec, SystemProfile(None, FundingSource.MINISTRY, area))
