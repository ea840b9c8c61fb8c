"""The bits drawn by PostgreSQL are those that `hub.sandbox.records` draws."""

import random

import asyncpg

from hub.sandbox.records import mix_bits
from hub.store.generate.mixing import CREATE_MIX_BITS, stream_of

MIX_BITS = """
select pg_temp.mix_bits(stream, number)
from unnest($1::bigint[], $2::bigint[]) with ordinality one (stream, number, position)
order by position
"""


async def test_bits_equal_those_of_python(rollback_connection: asyncpg.Connection) -> None:
    chance = random.Random(5)  # noqa: S311 - test data
    pairs = [(chance.randrange(10**9), chance.randrange(2**31)) for _ in range(500)]
    pairs += [(0, 0), (0, 2**31 - 1), (10**9, 0), (10**9, 2**31 - 1)]
    await rollback_connection.execute(CREATE_MIX_BITS)
    rows = await rollback_connection.fetch(
        MIX_BITS, [stream_of(seed) for seed, _ in pairs], [number for _, number in pairs]
    )
    assert [row[0] for row in rows] == [mix_bits(*pair) & (2**63 - 1) for pair in pairs]
