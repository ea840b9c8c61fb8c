"""Naming of constraints, and column sets that several tables use."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def checked_reference(
    name: str, target: str, column_type: Any = sa.Text, **options: Any
) -> sa.Column[Any]:
    """Return a column with the id of a row of `target`.

    Triggers of the tables check it once per statement (migration 0011, ADR 21); a foreign key would
    check each row.
    """
    return sa.Column(name, column_type, info={"references": target}, **options)


def list_checked_references(table: sa.Table) -> list[tuple[sa.Column[Any], sa.Table]]:
    """Return the columns of `checked_reference` with the tables that they refer to."""
    return [
        (column, metadata.tables[column.info["references"]])
        for column in table.c
        if "references" in column.info
    ]


def add_dependencies() -> None:
    """Make `sorted_tables` list tables after those that their checked references refer to."""
    for table in metadata.tables.values():
        for _, target in list_checked_references(table):
            table.add_is_dependent_on(target)


def system_time_column() -> sa.Column[Any]:
    """Return the column `known_from`: since when the current row is known; a trigger updates it."""
    return sa.Column(
        "known_from",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.transaction_timestamp(),
    )


def change_time_index() -> sa.Index:
    """Return the index that finds rows known since an instant; rows are appended by that time."""
    options = {"pages_per_range": 32, "autosummarize": "on"}
    return sa.Index(None, "known_from", postgresql_using="brin", postgresql_with=options)


def validity_columns() -> Iterable[sa.Column[Any]]:
    """Return the half-open validity range; null is an open end."""
    return sa.Column("valid_from", sa.Date), sa.Column("valid_to", sa.Date)


def localized_columns(name: str, *, required: bool = True) -> Iterable[sa.Column[Any]]:
    """Return a text in Thai and English, and who worded each (null: the source)."""
    return (
        sa.Column(f"{name}_th", sa.Text, nullable=not required),
        sa.Column(f"{name}_en", sa.Text),
        sa.Column(f"{name}_th_origin", sa.Text),
        sa.Column(f"{name}_en_origin", sa.Text),
    )


def enum_column(name: str, enum_type: type[Enum], *, required: bool = True) -> Iterable[Any]:
    """Return a text column with the names of an enum's members, and its CHECK constraint."""
    members = ", ".join(f"'{member.name}'" for member in enum_type)
    return (
        sa.Column(name, sa.Text, nullable=not required),
        sa.CheckConstraint(f'"{name}" in ({members})', name=name),
    )
