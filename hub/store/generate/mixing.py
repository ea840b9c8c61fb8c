"""Pseudo-random bits in SQL: the function of `hub.sandbox.records.mix_bits`, without its top bit.

PostgreSQL has neither unsigned nor wrapping integers, so a 64-bit value is two halves of 32 bits.
Constants have a negative upper half where the product would exceed 63 bits otherwise; the
remainder modulo 2³² is the same.
"""

from typing import Final

MASK: Final = 0xFFFFFFFF
UINT64: Final = 1 << 64
STREAM_FACTOR: Final = 0x9E3779B97F4A7C15
FIRST_FACTOR: Final = 0xBF58476D1CE4E5B9
SECOND_FACTOR: Final = 0x94D049BB133111EB


def stream_of(seed: int) -> int:
    """Return the part of the hash that depends on the seed only, as a signed 64-bit number."""
    bits = (seed * STREAM_FACTOR + SECOND_FACTOR) % UINT64
    return bits - UINT64 if bits >= UINT64 >> 1 else bits


def multiply(factor: int) -> str:
    """Return the assignments that multiply the two halves `high` and `low` by a constant."""
    factor_low, factor_high = factor & MASK, (factor >> 32) - (1 << 32)
    return f"""
    product := low * {factor_low};
    high := ((product >> 32) + high * {factor_low} + low * ({factor_high})) & {MASK};
    low := product & {MASK};"""


def fold(shift: int) -> str:
    """Return the assignments of `z ^ (z >> shift)`; `low` needs the previous `high`."""
    return f"""
    low := low # (((high << {32 - shift}) | (low >> {shift})) & {MASK});
    high := high # (high >> {shift});"""


CREATE_MIX_BITS: Final = f"""
create or replace function pg_temp.mix_bits(stream bigint, number bigint) returns bigint
language plpgsql immutable strict as $$
declare
    product bigint; high bigint; low bigint;
begin
    product := (stream & {MASK}) + number * {FIRST_FACTOR & MASK};
    high := (
        ((stream >> 32) & {MASK}) + (product >> 32) + number * {FIRST_FACTOR >> 32}
    ) & {MASK};
    low := product & {MASK};
    {fold(30)}{multiply(FIRST_FACTOR)}{fold(27)}{multiply(SECOND_FACTOR)}{fold(31)}
    return ((high & {MASK >> 1}) << 32) | low;
end
$$
"""
"""`mix_bits(stream, number)` for numbers below 2³¹: 63 bits, equal on every server."""
