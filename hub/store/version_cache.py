"""Values that are computed from the data of one version, for the requests of one process.

The edges of areas and agencies are thousands of rows that few transactions change. The version is
read in the snapshot of the request (`hub.store.data_version`), so that no value is older or newer
than the snapshot.
"""

from collections.abc import Hashable
from typing import Any, Final

CURRENT_VERSION: Final = """
select head.count + notes.count || ' ' || (head.mark # notes.mark) as version,
    transaction_timestamp() as at
from data_version head
cross join (select count(*) as count, coalesce(bit_xor(mark), 0) as mark from data_change) notes
"""
MAX_VALUES: Final = 100
"""Values of one version; an axis of 8,000 areas in ten years takes 20 MB."""


class VersionCache:
    """The values of the version that was used last; those of another one are dropped."""

    def __init__(self) -> None:
        self._version: str | None = None
        self._values: dict[Hashable, Any] = {}

    def of_version(self, version: str) -> dict[Hashable, Any]:
        """Return the values of a version by key; callers add theirs, and never change one."""
        if version != self._version or len(self._values) >= MAX_VALUES:
            self._version, self._values = version, {}
        return self._values
