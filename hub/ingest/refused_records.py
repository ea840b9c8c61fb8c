"""Record that refused rows were read again."""

from collections.abc import Sequence

from hub.domain.sources.ledger import Outcome
from hub.ingest.settle import ResolvedRecord
from hub.store.ingest import reread_rows
from hub.store.ingest.session import IngestSession


async def record_refused(
    session: IngestSession, distinct: Sequence[tuple[ResolvedRecord, Outcome]], run_id: int
) -> list[str]:
    """Record that a run has read refused rows again; return who refused each of them."""
    refused = [item for item, outcome in distinct if outcome is Outcome.REFUSED]
    if not refused:
        return []
    return await reread_rows.update_refused_rows(
        session.connection,
        session.source_id,
        run_id,
        [(item.key, item.payload.hash, item.block) for item in refused],
    )
