"""One record: a row of a table, read by the mapping of its operator."""

from connectors.kit import column_mapping
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project of a row, and a line for each column of amounts."""
    return column_mapping.parse_mapped_entry(raw, spec, spec.options["mapping"])
