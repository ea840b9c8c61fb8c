"""Runs of sources as rows."""

import json

import asyncpg

from hub.domain.sources.ledger import Ledger
from hub.domain.sources.runs import FetchRequest, RunStatus, SourceRun


def run_of(row: asyncpg.Record) -> SourceRun:
    """Return the run of a row."""
    return SourceRun(
        row["id"],
        row["source_id"],
        RunStatus(row["status"]),
        row["started_at"],
        row["finished_at"],
        row["origin"],
        row["snapshot"],
        row["spec_digest"],
        row["cursor"],
        json.loads(row["state"]),
        Ledger.load(json.loads(row["ledger"])),
        row["error"],
        FetchRequest(row["since"], row["etag"]),
        row["watermark"],
    )
