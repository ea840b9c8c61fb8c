"""Drop the indexes and constraints of tables before a bulk load, and create them again after it.

Both are done in the transaction of the load: other sessions never see the tables without them, and
wait meanwhile. An index that is built once costs a fifth of one that is kept up to date row by row,
and a foreign key that is added checks all rows by one join.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

SELECT_CONSTRAINTS: Final = """
select conrelid::regclass::text as table_name, quote_ident(conname) as name,
    pg_get_constraintdef(oid) as definition, contype = 'f' as is_foreign
from pg_constraint
where contype in ('p', 'u', 'f')
    and (conrelid = any($1::text[]::regclass[]) or confrelid = any($1::text[]::regclass[]))
order by contype = 'f', conrelid, conname
"""
SELECT_INDEXES: Final = """
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
from pg_index
where indrelid = any($1::text[]::regclass[])
    and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))
order by indrelid, indexrelid
"""

SELECT_CHECKS: Final = """
select tgrelid::regclass::text as table_name, quote_ident(tgname) as name from pg_trigger
where tgrelid = any($1::text[]::regclass[]) and tgenabled <> 'D' and (
    tgname like 'check\\_parents\\_%'
    or tgrelid = 'provenance'::regclass and tgname like 'rollup\\_note\\_%')
order by tgrelid, tgname
"""


async def drop_constraints(connection: asyncpg.Connection, tables: Sequence[str]) -> list[str]:
    """Drop indexes, keys and foreign keys of these tables, and foreign keys that refer to them.

    The triggers that check references, and those by which provenance notes its projects for the
    rollup, are disabled: without indexes they would compare every row with every other. The caller
    counts orphans afterwards (`hub.store.orphans`), and its new projects are noted anyway. Returns
    the statements that create all of them again, in order.
    """
    checks = await connection.fetch(SELECT_CHECKS, tables)
    for row in checks:
        await connection.execute(f"alter table {row['table_name']} disable trigger {row['name']}")
    enabled = [f"alter table {row['table_name']} enable trigger {row['name']}" for row in checks]
    constraints = await connection.fetch(SELECT_CONSTRAINTS, tables)
    indexes = await connection.fetch(SELECT_INDEXES, tables)
    for row in reversed(constraints):
        await connection.execute(f"alter table {row['table_name']} drop constraint {row['name']}")
    for row in indexes:
        await connection.execute(f"drop index {row['name']}")
    adds = [
        f"alter table {row['table_name']} add constraint {row['name']} {row['definition']}"
        for row in constraints
    ]
    keys = [add for add, row in zip(adds, constraints, strict=True) if not row["is_foreign"]]
    foreign_keys = [add for add, row in zip(adds, constraints, strict=True) if row["is_foreign"]]
    return [*keys, *(row["definition"] for row in indexes), *foreign_keys, *enabled]
