"""Insert the earlier rows of corrected records into the schema `history`.

The record and its first line were corrected by a later run, in some also the title; an agreed
linkage was a proposal before.
"""

from typing import Final

from hub.store.generate.draw import digest_of
from hub.store.generate.facts import LINKAGES

INSERT_EARLIER_PROJECTS: Final = """
insert into history.project (
    id, key, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility, duplicate_of,
    source_id, source_key, title_hash, known_from, known_to
)
select id, record_id_of(id), key, earlier_title, earlier_sort_key, level, owner_id,
    array(select generate_series(first_year, last_year))::smallint[], visibility, duplicated,
    source_id, key, hashtextextended(project_title_key(earlier_title), 0), first_known, corrected_at
from nation_project, nation_setting where earlier_title is not null
"""
INSERT_EARLIER_LINES: Final = f"""
insert into history.budget_line (
    id, project_id, area_id, fiscal_year, phase, funding, amount, holder_id, record_id, source_id,
    known_from, known_to
)
select source_id || ':' || {digest_of("project.key", "line.key")}, id, line.area_id, year, phase,
    funding, earlier_amount, owner_id, record_id_of(id), source_id, first_known, corrected_at
from nation_line line join nation_project project using (number), nation_setting
where earlier_amount is not null
"""  # noqa: S608 - built from constants
INSERT_EARLIER_RECORDS: Final = """
insert into history.source_record (
    id, source_id, scheme, value, payload_hash, retrieved_at, scope, project_id, known_from,
    known_to
)
select record_id_of(id), source_id, source_id, key, earlier_hash, first_known, '', id, first_known,
    corrected_at
from nation_project join nation_record using (number), nation_setting
where earlier_hash is not null
"""
INSERT_EARLIER_LINKAGES: Final = f"""
insert into history.linkage (
    id, version, project_id, issue_id, stage_id, status, visibility, share, reasons,
    proposed_by_id, known_from, known_to
)
select linkage_id, 1, id, issue_id, stage_id, 'PROPOSED',
    linkage_visibility, share,
    '[{{"code": "GENERATED", "th": "ข้อมูลจำลอง", "en": "made-up data", "weight": 0.5}}]'::jsonb,
    proposer_id, at, at + interval '30 days'
from ({LINKAGES}) linked where status = 'AGREED'
"""  # noqa: S608 - built from constants
