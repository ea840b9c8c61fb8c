"""The rules of the deck as they are remembered."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.rules import Rule, RuleGroup
from hub.store.database import Reading
from hub.store.rows import localized, texts, validity
from hub.store.tables import rule

ON: Final[sa.BindParameter[date]] = sa.bindparam("on", type_=sa.Date)

BY_CODES: Final = sa.select(rule).where(rule.c.code == sa.any_(texts("codes")))
IN_FORCE: Final = sa.select(rule).where(validity(rule, ON)).order_by(rule.c.ordinal, rule.c.code)


def rule_of(row: asyncpg.Record) -> Rule:
    """The record of a row."""
    return Rule(
        code=row["code"],
        slug=row["slug"],
        group=RuleGroup(row["group"]),
        text=localized(row, "text"),
        enforcement=row["enforcement"],
        enforcement_note=localized(row, "enforcement_note"),
        severity=row["severity"],
        citation=row["citation"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


class Rules:
    """Rules in one request's snapshot."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def by_code(self, codes: Sequence[str]) -> dict[str, Rule]:
        """Rules by code, whatever their validity; unknown codes are absent."""
        rows = await self._reading.rows(BY_CODES, codes=list(set(codes)))
        return {row["code"]: rule_of(row) for row in rows}

    async def in_force(self, on: date) -> list[Rule]:
        """Every rule in force on a day, in the order of the deck."""
        return [rule_of(row) for row in await self._reading.rows(IN_FORCE, on=on)]
