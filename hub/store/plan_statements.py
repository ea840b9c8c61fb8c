"""Statements for the content of plan versions, by the ids of the versions.

They read the tables of content alone; the caller has checked who may see the versions.
"""

from typing import Final

import sqlalchemy as sa

from hub.store.rows import text_array_parameter
from hub.store.tables import plan_alignment, plan_element, plan_grade, plan_section, plan_target

IDS: Final = text_array_parameter("ids")
ELEMENTS_BY_VERSION: Final = (
    sa.select(plan_element)
    .where(plan_element.c.version_id == sa.any_(IDS))
    .order_by(plan_element.c.version_id, plan_element.c.ordinal)
)
TARGETS_BY_VERSION: Final = (
    sa.select(plan_target)
    .where(plan_target.c.version_id == sa.any_(IDS))
    .order_by(plan_target.c.version_id, plan_target.c.indicator_id, plan_target.c.fiscal_year)
)
SECTIONS_BY_VERSION: Final = (
    sa.select(plan_section)
    .where(plan_section.c.version_id == sa.any_(IDS))
    .order_by(plan_section.c.version_id, plan_section.c.ordinal)
)
ALIGNMENTS_BY_VERSION: Final = (
    sa.select(plan_alignment)
    .where(plan_alignment.c.version_id == sa.any_(IDS))
    .order_by(plan_alignment.c.version_id, plan_alignment.c.issue_id, plan_alignment.c.ordinal)
)
GRADES_BY_VERSION: Final = (
    sa.select(plan_grade)
    .where(plan_grade.c.version_id == sa.any_(IDS))
    .order_by(plan_grade.c.version_id, plan_grade.c.ordinal)
)
