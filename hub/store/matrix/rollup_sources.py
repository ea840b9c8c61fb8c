"""The sources of the projects that the rollup answers for."""

from typing import Any

import sqlalchemy as sa

from hub.domain.identity.viewer import Visibility
from hub.domain.matrix.layout import Layout
from hub.store.matrix.rollup_money import attribute_conditions, changed_entries, needs_places
from hub.store.matrix.rollup_places import counted_once, matching_places
from hub.store.tables import rollup_attributes, rollup_count


def rollup_sources(layout: Layout) -> sa.Select[Any]:
    """Return the statement for the sources (`source_id`) of published projects of a layout."""
    scope = layout.scope
    changed = changed_entries("rollup_counts", rollup_count, scope)
    both = sa.union_all(
        *(
            sa.select(
                table.c.attributes, table.c.place_set, (sign * table.c.projects).label("projects")
            ).where(*counted_once(scope, table))
            for table, sign in ((rollup_count, 1), (changed, -1))
        )
    ).subquery()
    counts = (
        sa.select(both.c.attributes, both.c.place_set)
        .group_by(both.c.attributes, both.c.place_set)
        .having(sa.func.sum(both.c.projects) > 0)
        .cte("counts_with_source")
    )
    attributes = rollup_attributes.c
    conditions = [
        attributes.visibility == Visibility.PUBLISHED.value,
        *attribute_conditions(scope, rollup_attributes),
    ]
    if needs_places(layout):
        places = matching_places(layout, "source_")
        conditions.append(counts.c.place_set.in_(sa.select(places.c.place_set)))
    used = (
        sa.select(attributes.sources)
        .join_from(counts, rollup_attributes, attributes.id == counts.c.attributes)
        .where(*conditions)
        .distinct()
        .subquery("used_sources")
    )
    return sa.select(sa.func.unnest(used.c.sources).label("source_id"))
