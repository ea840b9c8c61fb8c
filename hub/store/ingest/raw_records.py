"""Raw records: each payload as received, stored once by its hash and never deleted.

Payloads are compressed with a dictionary of a few payloads of their source, because one alone
repeats little: 0.8 KB of generated JSON takes 407 bytes by zlib alone and 155 with 4 KB of others.
The dictionary is stored, and each raw record names it.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from hub.domain.record import value

DICTIONARY_BYTES: Final = 4_096
SAMPLE_SIZE: Final = 64
"""Payloads that a dictionary is made of, at most."""
LEVEL: Final = 6
WINDOW_BITS: Final = 13
"""The window contains the dictionary and a payload of the usual size."""
MEMORY_LEVEL: Final = 4
"""Small tables: they are copied for each payload."""
SELECT_DICTIONARY: Final = (
    "select id, dictionary from raw_dictionary where source_id = $1 order by id desc limit 1"
)
INSERT_DICTIONARY: Final = (
    "insert into raw_dictionary (source_id, dictionary) values ($1, $2) returning id, dictionary"
)
INSERT_RAW_RECORDS: Final = """
insert into raw_record (hash, form, dictionary_id, payload)
select * from unnest($1::bytea[], $2::text[], $3::integer[], $4::bytea[]) on conflict do nothing
"""
SELECT_RAW_RECORDS: Final = """
select encode(raw.hash, 'hex') as hash, raw.form, raw.payload, used.dictionary
from raw_record raw left join raw_dictionary used on used.id = raw.dictionary_id
where raw.hash = any($1::bytea[])
"""


@value
class RawPayload:
    """A payload with its hash in hexadecimal: JSON text or bytes."""

    hash: str
    form: str
    payload: bytes


class RawRecords:
    """The raw records that runs of one source insert and read."""

    def __init__(self, connection: asyncpg.Connection, source_id: str) -> None:
        self._connection = connection
        self._source_id = source_id

    async def insert(self, payloads: Iterable[RawPayload]) -> None:
        """Store payloads, each once."""
        payload_by_hash = {payload.hash: payload for payload in payloads}
        if not payload_by_hash:
            return
        dictionary_id, dictionary = await self._fetch_dictionary(list(payload_by_hash.values()))
        compressor = PayloadCompressor(dictionary)
        rows = [
            (bytes.fromhex(one.hash), one.form, dictionary_id, compressor.compress(one.payload))
            for one in payload_by_hash.values()
        ]
        await self._connection.execute(INSERT_RAW_RECORDS, *map(list, zip(*rows, strict=True)))

    async def _fetch_dictionary(self, sample: Sequence[RawPayload]) -> tuple[int, bytes]:
        """Return the dictionary of the source; the first payloads of a source become one.

        It is read in each transaction: one that is rolled back leaves no dictionary.
        """
        row = await self._connection.fetchrow(SELECT_DICTIONARY, self._source_id)
        if row is None:
            row = await self._connection.fetchrow(
                INSERT_DICTIONARY, self._source_id, build_dictionary(sample)
            )
        return row["id"], row["dictionary"]

    async def fetch(self, hashes: Sequence[str]) -> dict[str, RawPayload]:
        """Return payloads by hash."""
        return await fetch_payloads(self._connection, hashes)


async def fetch_payloads(
    connection: asyncpg.Connection, hashes: Sequence[str]
) -> dict[str, RawPayload]:
    """Return payloads by hash."""
    rows = await connection.fetch(SELECT_RAW_RECORDS, [*map(bytes.fromhex, hashes)])
    return {row["hash"]: raw_payload_of(row) for row in rows}


def raw_payload_of(row: asyncpg.Record) -> RawPayload:
    """Return the payload of a row of `SELECT_RAW_RECORDS`."""
    payload, dictionary = row["payload"], row["dictionary"]
    if dictionary is not None:
        payload = decompress_payload(payload, dictionary)
    return RawPayload(row["hash"], row["form"], payload)


class PayloadCompressor:
    """Compresses payloads with one dictionary."""

    def __init__(self, dictionary: bytes) -> None:
        self._prepared = zlib.compressobj(
            LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, dictionary
        )

    def compress(self, payload: bytes) -> bytes:
        """Return the payload in raw DEFLATE; every payload is compressed on its own."""
        compressor = self._prepared.copy()
        return compressor.compress(payload) + compressor.flush()


def decompress_payload(compressed: bytes, dictionary: bytes) -> bytes:
    """Return the payload that `PayloadCompressor` compressed with this dictionary."""
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS, dictionary)
    return decompressor.decompress(compressed) + decompressor.flush()


def build_dictionary(sample: Sequence[RawPayload]) -> bytes:
    """Return a dictionary of payloads: the end of some of them, taken at equal distances."""
    step = max(1, len(sample) // SAMPLE_SIZE)
    return b"".join(one.payload[:DICTIONARY_BYTES] for one in sample[::step])[-DICTIONARY_BYTES:]
