"""One record: a project of a ministry's system, with its amounts by phase and year."""

from connectors.kit.contract_entry import Standpoint, province_of
from connectors.kit.contract_entry import entry as entry_of
from hub.domain.budget import FundingSource
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """The project in its province; on the level of the body that is responsible for it."""
    area = province_of(raw.payload)
    return entry_of(raw, spec, Standpoint(None, FundingSource.MINISTRY, area))
