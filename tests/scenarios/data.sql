insert into value_chain (id, name_th, sort_key, actor_levels)
values ('numbered', 'ห่วงโซ่การท่องเที่ยว', 'numbered', '{MINISTRY,CLUSTER,PROVINCE}');

insert into stage (id, chain_id, code, ordinal, kind, name_th)
select 'numbered/' || n, 'numbered', n, n, 'MAIN', 'ขั้นที่ ' || n from generate_series(1, 4) n;

insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year)
values ('cluster-plan', 'CLUSTER_DEVELOPMENT', 'แผนพัฒนากลุ่มจังหวัด', 'p', 'C2560-09', 2024, 2028);

insert into plan_version (id, plan_id, number, status, visibility)
values ('cluster-plan-v1', 'cluster-plan', 1, 'APPROVED', 'PUBLISHED');

insert into issue (id, plan_id)
select 'cluster-plan-' || n, 'cluster-plan' from generate_series(1, 2) n;

insert into issue_revision (issue_id, version_id, code, name_th, sort_key, rank, chain_id)
values ('cluster-plan-1', 'cluster-plan-v1', '1', 'พัฒนาการท่องเที่ยวเชิงสร้างสรรค์', '1', 1, 'numbered'),
    ('cluster-plan-2', 'cluster-plan-v1', '2', 'พัฒนาแหล่งท่องเที่ยวชายฝั่ง', '2', 2, 'tourism');

insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility)
select 'mots-' || n, 'MOTS-70-' || 117 + n, 'พัฒนาแหล่งท่องเที่ยวชายฝั่ง ระยะที่ ' || n, n, 'MINISTRY',
    'department:05003', '{2027}', 'PUBLISHED'
from generate_series(1, 6) n;

insert into project_area (project_id, area_id, basis)
select id, '22', 'REPORTED' from project where id like 'mots-%';

insert into project (id, code, name_th, sort_key, actor_level, owner_id, fiscal_years, visibility)
values ('dot-1', 'DOT-71-009', 'พัฒนามาตรฐานมัคคุเทศก์', 'd', 'MINISTRY', 'department:05003', '{2028}',
    'PUBLISHED');

insert into external_id (scheme, value, subject)
select split_part(id, '-', 1), code, 'gid://hub/Project/' || id
from project where id like 'mots-%' or id = 'dot-1';

insert into finding (id, kind, severity, summary_th, summary_en, rule_code, reasons, subjects, areas,
    fiscal_years, parties, issue_id)
values ('gap', 'GAP', 3, 'ช่องว่างขั้นที่ 3', 'gap at stage 3', 'R63',
    '[{"code": "GAP", "th": "ไม่มีโครงการ", "weight": 1}]', '{gid://hub/StrategicIssue/cluster-plan-1}',
    '{C2560-09}', '{2028}', '{cluster:C2560-09}', 'cluster-plan-1')
