"""Parse the records of pages, except those that are stored unchanged.

The hash of a record is computed before it is parsed. A record whose hash is stored has the same
facts as before if its scope was last read completely by the same program, declaration, names and
decisions; its key, scope and amounts are then read from the tables instead.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext

from hub.domain.record import record
from hub.domain.sources.ledger import Amounts
from hub.domain.sources.records import (
    QuarantineReason,
    RawPage,
    RawRecord,
    SourceEntry,
    SourceReader,
)
from hub.domain.sources.rounding import rounding_to_satang
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceError, SourceRefused
from hub.ingest.parse import parse_entry
from hub.ingest.prefetch import FetchedPage, FetchedRecord
from hub.ingest.raw_payload import build_raw_payload
from hub.store.ingest import seen_records
from hub.store.ingest.raw_records import RawPayload
from hub.store.ingest.seen_records import StoredRecord
from hub.store.ingest.session import IngestSession


@record
class ParsedRecord:
    """One record: as received, as stored, its entry, and its satang by phase.

    `is_unchanged`: it was not parsed, because its facts are stored; its entry has key and scope
    only.
    """

    raw: RawRecord
    payload: RawPayload
    entry: SourceEntry
    amounts: Amounts
    is_unchanged: bool = False

    @property
    def is_too_fine(self) -> bool:
        """Return whether an amount can be read, but has parts of a satang."""
        return not self.raw.deleted and any(
            doubt.reason is QuarantineReason.AMOUNT_TOO_FINE for doubt in self.entry.doubts
        )

    @property
    def lacks_amount(self) -> bool:
        """Return whether an amount cannot be read, or there is none; a tombstone needs none."""
        if self.raw.deleted:
            return False
        return not self.amounts if self.is_unchanged else self.entry.lacks_amount


@record
class ParsedPage:
    """A page and its parsed records."""

    page: RawPage
    records: list[ParsedRecord]


class PageParser:
    """Parses the pages of one run of a source."""

    def __init__(
        self, session: IngestSession, spec: SourceSpec, read: SourceReader, read_digest: str = ""
    ) -> None:
        self.read_digest = read_digest
        self._session = session
        self._spec = spec
        self._read = read
        self._has_current_scopes = False

    async def load_current_scopes(self) -> None:
        """Load whether any stored record may be skipped; otherwise pages are parsed on arrival."""
        self._has_current_scopes = await seen_records.has_current_scopes(
            self._session.connection, self._spec.id, self.read_digest
        )

    def parse_record(self, raw: RawRecord, *, rounded: bool = False) -> ParsedRecord:
        """Return a parsed record; the result does not depend on other records.

        `rounded`: amounts finer than a satang are rounded, as a person decided.
        """
        with rounding_to_satang() if rounded else nullcontext():
            entry = parse_entry(raw, self._spec, self._read)
        return build_parsed_record(raw, build_raw_payload(raw), entry)

    def prepare_page(self, page: RawPage) -> FetchedPage:
        """Return a page with the hashes of its records, parsed if none of them can be skipped.

        Raises `SourceRefused` if the page is not as declared.
        """
        if page.next_cursor is not None and page.next_cursor == page.cursor:
            raise SourceRefused(
                f"{self._spec.id}: หน้าถัดไปวนกลับมาหน้าเดิม ({page.cursor}) "
                f"· the next page is the same page ({page.cursor})"
            )
        parse_now = not self._has_current_scopes
        return FetchedPage(
            page,
            [
                FetchedRecord(
                    raw,
                    build_raw_payload(raw),
                    parse_entry(raw, self._spec, self._read) if parse_now else None,
                )
                for raw in page.records
            ],
        )

    async def parse_batch(
        self, batch: Sequence[FetchedPage]
    ) -> tuple[list[ParsedPage], SourceError | None]:
        """Return the parsed pages; an error of a page, if any, and only the pages before it."""
        hashes = {
            one.payload.hash
            for page in batch
            for one in page.records
            if one.entry is None and not one.raw.deleted and not one.raw.doubts
        }
        stored: Mapping[str, StoredRecord] = {}
        if hashes:
            stored = await seen_records.fetch_current_records(
                self._session.connection, self._spec.id, self.read_digest, hashes
            )
        parsed_pages: list[ParsedPage] = []
        for page in batch:
            try:
                records = [self._complete_record(one, stored) for one in page.records]
            except SourceError as error:
                return parsed_pages, error
            parsed_pages.append(ParsedPage(page.page, records))
        return parsed_pages, None

    def _complete_record(
        self, fetched: FetchedRecord, stored: Mapping[str, StoredRecord]
    ) -> ParsedRecord:
        raw, entry = fetched.raw, fetched.entry
        if entry is None:
            match = stored.get(fetched.payload.hash)
            if (
                match is not None
                and raw.key in (None, match.key)
                and not raw.deleted
                and not raw.doubts
            ):
                entry = SourceEntry(match.key, match.scope)
                return ParsedRecord(raw, fetched.payload, entry, match.amounts, is_unchanged=True)
            entry = parse_entry(raw, self._spec, self._read)
        return build_parsed_record(raw, fetched.payload, entry)


def build_parsed_record(raw: RawRecord, payload: RawPayload, entry: SourceEntry) -> ParsedRecord:
    """Return a parsed record; what a tombstone still contains is not money that was reported."""
    return ParsedRecord(raw, payload, entry, {} if raw.deleted else entry.amounts)
