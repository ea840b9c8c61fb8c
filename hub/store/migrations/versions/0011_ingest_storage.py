"""Compact tables of ingest: integer ids of source records, binary hashes, compressed payloads.

The id of a source record becomes the first 64 bits of the SHA-256 of its id before, so that rows of
now and of the past keep referring to it. Nothing else about a fact changes, so no history is
written: `known_from` stays as it was. What an interrupted run has seen is carried over, so that it
is resumed.

`run_record` has no foreign key: the session that writes it holds the row of its run.

The foreign keys of the tables that ingest fills are replaced by triggers per statement
(ADR 21); `CHECKED` lists what they check.
"""

import json
import zlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BATCH_SIZE = 2_000
"""Payloads compressed at a time."""
DICTIONARY_BYTES = 4_096
REFERENCES = ("budget_line", "provenance")
"""Dated tables that refer to source records."""
UNDATED_REFERENCES = ("stand_in", "record_join")
CHECKED = {
    "budget_line": {
        "project_id": "project",
        "area_id": "area",
        "holder_id": "agency",
        "disburser_id": "agency",
        "record_id": "source_record",
    },
    "source_record": {"source_id": "source", "project_id": "project"},
    "project_area": {"project_id": "project", "area_id": "area"},
    "project": {"owner_id": "agency", "source_id": "source"},
    "provenance": {"source_id": "source", "record_id": "source_record"},
    "raw_record": {"dictionary_id": "raw_dictionary"},
}
"""Columns that refer to the id of a table, by table."""


def upgrade() -> None:
    """From what came before."""
    for statement in Path(__file__).with_name("0011_before.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    for schema in ("public", "history"):
        op.execute(
            f"alter table {schema}.source_record "
            "alter column id type bigint using record_id_of(id), "
            "alter column payload_hash type bytea using pg_temp.bytes_of(payload_hash)"
        )
        for table in REFERENCES:
            op.execute(
                f"alter table {schema}.{table} "
                "alter column record_id type bigint using record_id_of(record_id)"
            )
    for table in UNDATED_REFERENCES:
        op.execute(
            f"alter table {table} "
            "alter column record_id type bigint using record_id_of(record_id)"
        )
    compress_payloads(op.get_bind())
    for statement in Path(__file__).with_name("0011_after.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    update_loaded_keys(op.get_bind())
    replace_foreign_keys()


def replace_foreign_keys() -> None:
    """Check the references of `CHECKED` by triggers; foreign keys checked them until now."""
    file = Path(__file__).with_name("0011_references.sql")
    for statement in file.read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    children: dict[str, list[str]] = {}
    for table, columns in CHECKED.items():
        pairs = ", ".join(f"'{column}', '{parent}'" for column, parent in columns.items())
        for event in ("insert", "update"):
            op.execute(
                f"create trigger check_parents_{event} after {event} on {table} "
                "referencing new table as fresh "
                f"for each statement execute function check_parents({pairs})"
            )
        for column, parent in columns.items():
            op.execute(f"alter table {table} drop constraint if exists fk_{table}_{column}")
            children.setdefault(parent, []).append(f"'{table}', '{column}'")
    for parent, pairs_of_parent in children.items():
        op.execute(
            f"create trigger check_children after delete on {parent} "
            "referencing old table as gone "
            f"for each statement execute function check_children({', '.join(pairs_of_parent)})"
        )
        op.execute(
            f"create trigger forbid_new_id before update of id on {parent} for each row "
            "when (old.id is distinct from new.id) execute function forbid_new_id()"
        )


def compress_payloads(connection: sa.Connection) -> None:
    """Copy the raw records to the new table, compressed with a dictionary of some of them."""
    sample = connection.execute(
        sa.text("select payload from raw_record_before order by hash limit 64")
    ).scalars()
    dictionary = b"".join(one[:DICTIONARY_BYTES] for one in sample)[-DICTIONARY_BYTES:]
    if not dictionary:
        return
    dictionary_id = connection.execute(
        sa.text("insert into raw_dictionary (dictionary) values (:it) returning id"),
        {"it": dictionary},
    ).scalar_one()
    prepared = zlib.compressobj(6, zlib.DEFLATED, -13, 4, zlib.Z_DEFAULT_STRATEGY, dictionary)
    last = ""
    while rows := connection.execute(
        sa.text(
            "select hash, form, payload from raw_record_before where hash > :last "
            "order by hash limit :size"
        ),
        {"last": last, "size": BATCH_SIZE},
    ).all():
        last = rows[-1].hash
        compressed: list[dict[str, Any]] = []
        for row in rows:
            compressor = prepared.copy()
            payload = compressor.compress(row.payload) + compressor.flush()
            values = {"hash": bytes.fromhex(row.hash), "form": row.form, "payload": payload}
            compressed.append(values | {"dictionary_id": dictionary_id})
        connection.execute(
            sa.text(
                "insert into raw_record (hash, form, dictionary_id, payload) "
                "values (:hash, :form, :dictionary_id, :payload)"
            ),
            compressed,
        )


def update_loaded_keys(connection: sa.Connection) -> None:
    """Write the new ids into what the last load of the reference data has stored of its rows.

    Their checksums are removed: those rows count as unchanged, as they are until they are edited.
    """
    rows = connection.execute(sa.text("select name, keys::text as keys from seeded")).all()
    for row in rows:
        loaded = json.loads(row.keys)
        for table in ("source_record", "provenance"):
            stored = loaded.get(table)
            if stored is None:
                continue
            keys = stored if isinstance(stored, list) else [key for key, _ in stored["rows"]]
            if table == "source_record":
                ids = [key[0] for key in keys]
                numbers = connection.execute(
                    sa.text(
                        "select record_id_of(id) from unnest(cast(:ids as text[])) "
                        "with ordinality as ids (id, place) order by place"
                    ),
                    {"ids": ids},
                ).scalars()
                keys = [[number] for number in numbers]
            loaded[table] = keys
        connection.execute(
            sa.text("update seeded set keys = cast(:keys as jsonb) where name = :name"),
            {"keys": json.dumps(loaded), "name": row.name},
        )
