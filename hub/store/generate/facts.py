"""Insert the facts of a chunk: one statement per table, with the columns of `hub.store.ingest`.

Ingest writes neither drafts, second reports, shares, implementers nor linkages; people assert them.
"""

from typing import Final

from hub.store.generate.draw import digest_of

INSERT_PROJECTS: Final = """
insert into project (
    id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility, duplicate_of,
    source_id, source_key, known_from
)
select id, key, title, sort_key, level, owner_id,
    array(select generate_series(first_year, last_year))::smallint[], visibility, duplicated,
    source_id, key, case when earlier_title is null then first_known else corrected_at end
from nation_project, nation_setting
"""
INSERT_AREAS: Final = """
insert into project_area (project_id, area_id, share, basis, known_from)
select id, coalesce(project.area_id, member.area_id),
    case when shared then trunc(1.0 / areas, 8) end,
    case when shared then 'REPORTED' else 'UNKNOWN' end, first_known
from nation_project project
cross join lateral generate_series(1, areas) slot
cross join lateral (select areas > 1 and (state >> 26) % 100 < 30 as shared) shares
left join nation_member member on member.province = project.province and member.slot = slot.slot
    and project.area_id is null
"""
INSERT_IMPLEMENTERS: Final = """
insert into project_implementer (project_id, ordinal, agency_id, known_from)
select project.id, one.ordinal, implementer, first_known
from nation_project project
join nation_province province on province.ordinal = project.province
cross join lateral (values (0, province.agency_id), (1, owner_id)) one (ordinal, implementer)
where kind = 'CENTRAL' and areas > 0 and (state >> 30) % 100 < 40
    and (one.ordinal = 0 or (state >> 30) % 100 < 10) and implementer is not null
"""
INSERT_LINES: Final = f"""
insert into budget_line (
    id, project_id, area_id, fiscal_year, phase, funding, amount, holder_id, record_id, source_id,
    known_from
)
select source_id || ':' || {digest_of("project.key", "line.key")}, id, line.area_id, year, phase,
    funding, amount, owner_id, record_id_of(id), source_id,
    case when earlier_amount is null then first_known else corrected_at end
from nation_line line join nation_project project using (number), nation_setting
"""  # noqa: S608 - built from constants
LINKAGES: Final = """
select project.*, issue_id, stage_id, status, at,
    project.id || ':' || issue_id || coalesce(':' || stage_id, '') as linkage_id,
    case when status = 'SUGGESTED' then null when bits % 10 < 7 then owner_id
        else coalesce(province.agency_id, owner_id) end as proposer_id,
    case when bits % 100 < 6 then 'LISTED' when bits % 100 < 12 then 'PRIVATE' else 'PUBLISHED'
        end as linkage_visibility,
    case when (bits >> 40) % 100 < 25 then (1 + (bits >> 48) % 5) / 10.0 end as share
from nation_project project
join nation_province province on province.ordinal = project.province and targets > 0
cross join nation_setting setting
cross join lateral generate_series(
    0, case when (state >> 34) % 10 = 0 and targets > 1 then 1 else 0 end
) extra
cross join lateral (
    select pg_temp.mix_bits(line_stream, number * 32 + 30 + extra) as bits offset 0
) drawn
join nation_target target on target.province = project.province
    and target.ordinal = ((state >> 38) % 65536 + extra) % targets
cross join lateral (
    select case when bits % 1000 < 400 then 'SUGGESTED' when bits % 1000 < 650 then 'PROPOSED'
        when bits % 1000 < 850 then 'AGREED' when bits % 1000 < 900 then 'DISPUTED'
        when bits % 1000 < 960 then 'REJECTED' else 'WITHDRAWN' end as status,
        first_known + (10 + (bits >> 20) % 50) * interval '1 day' as at
) state_of_linkage
where (state >> 44) % 1000 < 200
"""
"""The linkages of the chunk's projects; a second one has the target after the first."""
INSERT_LINKAGES: Final = f"""
insert into linkage (
    id, version, project_id, issue_id, stage_id, status, visibility, share, reasons,
    proposed_by_id, created_at, known_from
)
select linkage_id, case when status = 'AGREED' then 2 else 1 end, id,
    issue_id, stage_id, status, linkage_visibility, share,
    '[{{"code": "GENERATED", "th": "ข้อมูลจำลอง", "en": "made-up data", "weight": 0.5}}]'::jsonb,
    proposer_id, at, case when status = 'AGREED' then at + interval '30 days' else at end
from ({LINKAGES}) linked
"""  # noqa: S608 - built from constants
INSERT_LINKAGE_PROVENANCE: Final = f"""
insert into provenance (subject, ordinal, source_id, asserted, citation, known_from)
select 'gid://hub/Linkage/' || linkage_id, 0, source_id, 'ASSUMED', key, at
from ({LINKAGES}) linked, nation_setting
"""  # noqa: S608 - built from constants
