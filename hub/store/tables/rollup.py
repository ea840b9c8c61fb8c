"""The rollup: what each project contributes to figures, and the sums of the contributions.

Statement-level triggers write `rollup_change`; the function `rollup_compact` writes the others
(hub/store/rollup.py). An empty text stands for a missing owner, implementer, level or area, so that
keys need no NULL.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.store.tables.metadata import metadata

rollup_change = sa.Table(
    "rollup_change",
    metadata,
    sa.Column("project_id", sa.Text, primary_key=True),
    sa.Column("transaction", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Projects written since their entry: readers take these from the tables of facts."""

rollup_place_set = sa.Table(
    "rollup_place_set",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
)

rollup_place = sa.Table(
    "rollup_place",
    metadata,
    sa.Column("place_set", sa.ForeignKey("rollup_place_set.id"), primary_key=True),
    sa.Column("is_line", sa.Boolean, primary_key=True),
    sa.Column("fiscal_year", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("area_id", sa.Text, primary_key=True),
    sa.Column("funding", sa.Text, primary_key=True),
)
"""The places in a set: those of budget lines, and a project's own ones in each of its years."""

rollup_entry = sa.Table(
    "rollup_entry",
    metadata,
    sa.Column("project_id", sa.Text, primary_key=True),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("owner_id", sa.Text, nullable=False),
    sa.Column("lead_id", sa.Text, nullable=False),
    sa.Column("actor_level", sa.Text, nullable=False),
    sa.Column("linkages", ARRAY(sa.Integer), nullable=False),
    sa.Column("years", ARRAY(sa.SmallInteger), nullable=False),
    sa.Column("place_sets", ARRAY(sa.Integer), nullable=False),
    sa.Column("money", JSONB, nullable=False),
    sa.Index("ix_rollup_entry_live", "visibility", "project_id", postgresql_where=sa.text("live")),
)
"""What a project contributes. A `live` one contributes nothing, and is read from the facts: its
activity is reported twice, a linkage of it is a draft, or a finding is about it.

`years` and `place_sets` are parallel; year 0 is the whole project. `linkages` are those PROPOSED,
AGREED and DISPUTED. `money` is a list of year, area, phase, funding, satang and lines.
"""

rollup_count = sa.Table(
    "rollup_count",
    metadata,
    sa.Column("fiscal_year", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("visibility", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.Text, primary_key=True),
    sa.Column("lead_id", sa.Text, primary_key=True),
    sa.Column("actor_level", sa.Text, primary_key=True),
    sa.Column("place_set", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("projects", sa.Integer, nullable=False),
    sa.Column("proposed", sa.Integer, nullable=False),
    sa.Column("agreed", sa.Integer, nullable=False),
    sa.Column("disputed", sa.Integer, nullable=False),
)
"""Projects with the same set of places in a year (0: in all years), and their linkages."""

rollup_money = sa.Table(
    "rollup_money",
    metadata,
    sa.Column("fiscal_year", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("owner_id", sa.Text, primary_key=True),
    sa.Column("lead_id", sa.Text, primary_key=True),
    sa.Column("actor_level", sa.Text, primary_key=True),
    sa.Column("area_id", sa.Text, primary_key=True),
    sa.Column("phase", sa.Text, primary_key=True),
    sa.Column("funding", sa.Text, primary_key=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
)
"""Satang of published projects."""
