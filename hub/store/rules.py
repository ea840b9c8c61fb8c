"""Statements about the rules of the slide deck."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import asyncpg
import sqlalchemy as sa

from hub.domain.rules import Rule, RuleGroup
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_valid_on, localized_text_of, text_array_parameter
from hub.store.tables import rule

VALID_ON: Final[sa.BindParameter[date]] = sa.bindparam("on", type_=sa.Date)

RULES_BY_CODE: Final = sa.select(rule).where(rule.c.code == sa.any_(text_array_parameter("codes")))
RULES_IN_FORCE: Final = (
    sa.select(rule).where(is_valid_on(rule, VALID_ON)).order_by(rule.c.ordinal, rule.c.code)
)


def rule_of(row: asyncpg.Record) -> Rule:
    """Return the rule of a row."""
    return Rule(
        code=row["code"],
        slug=row["slug"],
        group=RuleGroup(row["group"]),
        text=localized_text_of(row, "text"),
        enforcement=row["enforcement"],
        enforcement_note=localized_text_of(row, "enforcement_note"),
        severity=row["severity"],
        citation=row["citation"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        updated_at=row["known_from"],
    )


class Rules:
    """Rules in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def by_code(self, codes: Sequence[str]) -> dict[str, Rule]:
        """Return the rules by code, whether in force or not; unknown codes are absent."""
        rows = await self._transaction.fetch_rows(RULES_BY_CODE, codes=list(set(codes)))
        return {row["code"]: rule_of(row) for row in rows}

    async def list_in_force(self, on: date) -> list[Rule]:
        """Return all rules in force on a date, in the order of the deck."""
        return [rule_of(row) for row in await self._transaction.fetch_rows(RULES_IN_FORCE, on=on)]
