"""Withdraw stored records that are in doubt as they are read now: names or rulings have changed."""

from collections.abc import Iterable

from hub.domain.sources.records import RawRecord
from hub.domain.sources.spec import SourceSpec
from hub.ingest.declare_linkages import remove_records, upsert_facts
from hub.ingest.parse_pages import PageParser
from hub.ingest.raw_payload import decode_payload
from hub.ingest.record_facts import build_record_id
from hub.ingest.resolve_records import RecordResolver
from hub.ingest.settle import ResolvedRecord
from hub.store.ingest import rulings
from hub.store.ingest.session import IngestSession


async def withdraw_doubtful_records(
    session: IngestSession,
    spec: SourceSpec,
    parser: PageParser,
    resolver: RecordResolver,
    items: Iterable[ResolvedRecord],
) -> None:
    """Take these records out of the facts, in the caller's transaction.

    The version that each one replaced is stored again if it is certain, because it would have
    stayed if the newer one had been in doubt when it was first read.
    """
    connection = session.connection
    blocks = {build_record_id(spec.id, one.key): one.block for one in items}
    record_ids = list(blocks)
    if not record_ids:
        return
    stored = await rulings.fetch_stored_versions(connection, record_ids)
    prior = await rulings.fetch_prior_versions(connection, list(stored.values()))
    payloads = await session.raw_records.fetch([one.hash for one in prior.values()])
    restored = []
    for one in prior.values():
        raw = RawRecord(None, decode_payload(payloads[one.hash]), one.url, one.retrieved_at)
        if fact := resolver.resolve(parser.parse_record(raw), blocks[one.id]).fact:
            restored.append(fact)
    await upsert_facts(connection, spec, restored)
    restored_ids = {one.record_id for one in restored}
    await remove_records(connection, spec, [one for one in record_ids if one not in restored_ids])
