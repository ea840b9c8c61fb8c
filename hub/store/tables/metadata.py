"""What all tables share: names of constraints, columns that come in sets."""

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


def system_time_column() -> sa.Column[Any]:
    """Since when the hub holds the row as it stands; the trigger moves it on."""
    return sa.Column(
        "known_from",
        sa.DateTime(timezone=True),
        nullable=False,
        server_default=sa.func.transaction_timestamp(),
    )


def validity_columns() -> Iterable[sa.Column[Any]]:
    """The half-open range of validity; open ends are null."""
    return sa.Column("valid_from", sa.Date), sa.Column("valid_to", sa.Date)


def localized_columns(name: str, *, required: bool = True) -> Iterable[sa.Column[Any]]:
    """A text in Thai and English, and who worded each (null: as in the source)."""
    return (
        sa.Column(f"{name}_th", sa.Text, nullable=not required),
        sa.Column(f"{name}_en", sa.Text),
        sa.Column(f"{name}_th_origin", sa.Text),
        sa.Column(f"{name}_en_origin", sa.Text),
    )


def enum_column(name: str, enum_type: type[Enum], *, required: bool = True) -> Iterable[Any]:
    """A column that holds a member of an enum by its name, and the check that it does."""
    members = ", ".join(f"'{member.name}'" for member in enum_type)
    return (
        sa.Column(name, sa.Text, nullable=not required),
        sa.CheckConstraint(f'"{name}" in ({members})', name=name),
    )
