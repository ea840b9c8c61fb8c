"""The rollup: what each project contributes to figures, and the sums of the contributions.

Statement-level triggers write `rollup_change`; the function `rollup_compact` writes the others
(hub/store/rollup.py). Texts are stored once, in `rollup_attributes` and `rollup_place`. An empty
text stands for a missing owner, implementer, level or area, so that keys need no NULL.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.store.tables.metadata import metadata

rollup_change = sa.Table(
    "rollup_change",
    metadata,
    sa.Column("project_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("transaction", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Projects written since their entry: readers take these from the tables of facts."""

rollup_attributes = sa.Table(
    "rollup_attributes",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Text, nullable=False),
    sa.Column("lead_id", sa.Text, nullable=False),
    sa.Column("actor_level", sa.Text, nullable=False),
    sa.Column("linked", sa.Boolean, nullable=False),
    sa.Column("sources", ARRAY(sa.Text), nullable=False),
    sa.UniqueConstraint("visibility", "owner_id", "lead_id", "actor_level", "linked", "sources"),
)
"""What projects have in common that count together.

`linked`: they have a linkage that counts. `sources`: those of the provenance of the project and of
its linkages, by id; those of its lines are among them.
"""

rollup_place = sa.Table(
    "rollup_place",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
    sa.Column("is_line", sa.Boolean, nullable=False),
    sa.Column("fiscal_year", sa.SmallInteger, nullable=False),
    sa.Column("area_id", sa.Text, nullable=False),
    sa.Column("funding", sa.Text, nullable=False),
    sa.Column("phase", sa.Text, nullable=False),
    sa.UniqueConstraint("fiscal_year", "area_id", "is_line", "funding", "phase"),
)
"""Places of budget lines, and of projects themselves in each of their years (with no funding).

Places in sets have no phase; those of amounts have one.
"""

rollup_place_set = sa.Table(
    "rollup_place_set",
    metadata,
    sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
    sa.Column("fiscal_year", sa.SmallInteger, nullable=False),
    sa.Column("places", ARRAY(sa.Integer), nullable=False),
    sa.Column("own", sa.Boolean, nullable=False),
    sa.Index("ix_rollup_place_set_places", "places", postgresql_using="hash"),
)
"""The sets of places of projects: ids of `rollup_place` in order; year 0 is several years.

`own`: one of the places is none of lines.
"""

rollup_entry = sa.Table(
    "rollup_entry",
    metadata,
    sa.Column("project_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("attributes", sa.Integer, nullable=False),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("linkages", ARRAY(sa.Integer)),
    sa.Column("years", ARRAY(sa.SmallInteger), nullable=False),
    sa.Column("place_sets", ARRAY(sa.Integer), nullable=False),
    sa.Column("places", ARRAY(sa.Integer)),
    sa.Column("amounts", ARRAY(sa.BigInteger)),
    sa.Column("lines", ARRAY(sa.Integer)),
    sa.Index("ix_rollup_entry_live", "attributes", "project_key", postgresql_where=sa.text("live")),
)
"""What a project contributes. A `live` one contributes nothing, and is read from the facts: its
activity is reported twice, a linkage of it is a draft, a line has another source, or an OVERLAP
finding is about it.

`years` and `place_sets` are parallel; year 0 is the whole of a project of several years. `linkages`
are those PROPOSED, AGREED and DISPUTED (null: none). `places`, `amounts` (satang) and `lines`
(null: one each) are parallel, and null for projects without money.
"""

rollup_count = sa.Table(
    "rollup_count",
    metadata,
    sa.Column("attributes", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place_set", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("fiscal_year", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("whole", sa.Boolean, primary_key=True),
    sa.Column("projects", sa.Integer, nullable=False),
    sa.Column("proposed", sa.Integer, nullable=False),
    sa.Column("agreed", sa.Integer, nullable=False),
    sa.Column("disputed", sa.Integer, nullable=False),
)
"""Projects with the same attributes and set of places in a year, and their linkages.

`whole`: the set has all places of the projects. A project of one year has one row, that of its
year; one of several years a row for each, and one of year 0 for all of them.
"""

rollup_money = sa.Table(
    "rollup_money",
    metadata,
    sa.Column("attributes", sa.Integer, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("fiscal_year", sa.SmallInteger, nullable=False),
    sa.Column("phase", sa.SmallInteger, nullable=False),
    sa.PrimaryKeyConstraint("fiscal_year", "place", "attributes"),
)
"""Satang of published projects, by place with phase.

`fiscal_year` and `phase` are those of the place, so that few statements join it; `phase` is its
position among the budget phases, from 1.
"""
