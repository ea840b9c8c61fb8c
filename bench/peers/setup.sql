-- What the peers of bench/peers.py read: views of the published rows, and the cells of a matrix of
-- provinces by ministries in one fiscal year, by a GROUP BY of their own or from the hub's rollup.
-- The comments are the smart tags by which PostGraphile knows keys and relations of views.
drop schema if exists peer cascade;
create schema peer;
create table peer.settings as select 2026 as fiscal_year;

create table peer.area_row as
    select (row_number() over (order by sort_key) - 1)::int as ordinal, id as area_id, name_th as label
    from public.area where level = 'PROVINCE';
insert into peer.area_row select count(*), '', 'ไม่ระบุพื้นที่' from peer.area_row;
alter table peer.area_row add primary key (ordinal);
create index on peer.area_row (area_id);

create table peer.agency_column as
    select (row_number() over (order by sort_key) - 1)::int as ordinal, id as agency_id, name_th as label
    from public.agency where kind = 'MINISTRY';
insert into peer.agency_column select count(*), '', 'หน่วยงานอื่น' from peer.agency_column;
alter table peer.agency_column add primary key (ordinal);

create table peer.ministry_of as
    with recursive placed as (
        select agency_id, parent_id from public.agency_placement
        cross join peer.settings
        where coalesce(valid_from, '-infinity') <= make_date(fiscal_year - 1, 10, 1)
            and coalesce(valid_to, 'infinity') > make_date(fiscal_year - 1, 10, 1)
    ), above as (
        select id as agency_id, id as ancestor_id from public.agency
        union select above.agency_id, parent_id from above join placed on placed.agency_id = ancestor_id
        where parent_id is not null
    )
    select above.agency_id, ordinal from above
    join peer.agency_column on agency_column.agency_id = ancestor_id;
alter table peer.ministry_of add primary key (agency_id);
create table peer.province_of as
    with recursive above as (
        select id as area_id, id as ancestor_id from public.area
        union select above.area_id, parent_id from above
        join public.area_membership m on m.child_id = ancestor_id cross join peer.settings
        where coalesce(valid_from, '-infinity') <= make_date(fiscal_year - 1, 10, 1)
            and coalesce(valid_to, 'infinity') > make_date(fiscal_year - 1, 10, 1)
    )
    select above.area_id, ordinal from above join peer.area_row on area_row.area_id = ancestor_id;
alter table peer.province_of add primary key (area_id);
analyze peer.area_row, peer.agency_column, peer.ministry_of, peer.province_of;

-- The facts of projects. None repeats another: how the money of repeats counts is a rule of the hub.
update public.project set duplicate_of = null where duplicate_of is not null;
create view peer.fact as
    select p.key as project_key, p.owner_id, coalesce(l.area_id, '') as area_id, l.fiscal_year,
        case when l.phase = 'APPROPRIATED' then l.amount end as amount
    from public.project p join public.budget_line l on l.project_id = p.id
    where p.visibility = 'PUBLISHED'
    union all
    select p.key, p.owner_id, coalesce(a.area_id, ''), year, null
    from public.project p cross join unnest(p.fiscal_years) year
    left join public.project_area a on a.project_id = p.id
    where p.visibility = 'PUBLISHED' and not exists (
        select from public.budget_line l where l.project_id = p.id and l.fiscal_year = year);

create view peer.figure as
    select r, c, count(distinct project_key)::int as projects, sum(amount) as amount
    from (select coalesce(province_of.ordinal, 77) as r, coalesce(ministry_of.ordinal, 22) as c,
            project_key, amount
        from peer.fact left join peer.province_of using (area_id)
        left join peer.ministry_of on ministry_of.agency_id = owner_id
        where fiscal_year = (select fiscal_year from peer.settings)) facts
    group by r, c;

create view peer.rollup_figure as
    with counts as (
        select owner_id, place_set, sum(projects) as projects
        from public.rollup_count join public.rollup_attributes a on a.id = attributes
        where fiscal_year = (select fiscal_year from peer.settings) and visibility = 'PUBLISHED'
        group by owner_id, place_set
    ), places as (
        select place_set, r from (
            select s.id as place_set, coalesce(ordinal, 77) as r, is_line,
                bool_or(is_line) over (partition by s.id) as has_line
            from public.rollup_place_set s cross join unnest(s.places) number
            join public.rollup_place p on p.id = number left join peer.province_of using (area_id)
            where s.fiscal_year = (select fiscal_year from peer.settings)) found
        where is_line = has_line group by place_set, r
    ), parts as (
        select r, owner_id, projects, null::bigint as amount from counts join places using (place_set)
        union all
        select coalesce(ordinal, 77), owner_id, 0, m.amount
        from public.rollup_money m join public.rollup_attributes a on a.id = m.attributes
        join public.rollup_place p on p.id = m.place left join peer.province_of using (area_id)
        where m.fiscal_year = (select fiscal_year from peer.settings) and m.phase = 3
            and a.visibility = 'PUBLISHED'
        union all
        select coalesce(ordinal, 77), owner_id, count(distinct project_key), sum(amount)
        from peer.fact left join peer.province_of using (area_id)
        where fiscal_year = (select fiscal_year from peer.settings)
            and project_key in (select project_key from public.rollup_entry where live)
        group by 1, 2
    )
    select r, coalesce(ordinal, 22) as c, sum(projects)::int as projects, sum(amount) as amount
    from parts left join peer.ministry_of on ministry_of.agency_id = owner_id
    group by 1, 2;

create view peer.cell as
    select a.ordinal as row_index, b.ordinal as column_index,
        case when coalesce(projects, 0) > 0 then 'COVERED' else 'NOT_JUDGED' end as state,
        coalesce(projects, 0) as project_count, (amount / 100)::numeric(20, 2)::text as budget
    from peer.area_row a cross join peer.agency_column b
    left join peer.figure on r = a.ordinal and c = b.ordinal;
create view peer.rollup_cell as
    select a.ordinal as row_index, b.ordinal as column_index,
        case when coalesce(projects, 0) > 0 then 'COVERED' else 'NOT_JUDGED' end as state,
        coalesce(projects, 0) as project_count, (amount / 100)::numeric(20, 2)::text as budget
    from peer.area_row a cross join peer.agency_column b
    left join peer.rollup_figure on r = a.ordinal and c = b.ordinal;

create view peer.agency as select id, name_th from public.agency;
create view peer.area as select id, id as code, name_th from public.area;
create view peer.issue as
    select distinct on (issue_id) issue_id as id, name_th from public.issue_revision
    order by issue_id, version_id desc;
create view peer.stage as select id, name_th from public.stage;
create view peer.project as
    select id, code, name_th, owner_id, sort_key from public.project where visibility = 'PUBLISHED';
create view peer.project_area as select project_id, area_id from public.project_area;
create view peer.linkage as
    select id, project_id, issue_id, stage_id, status from public.linkage
    where visibility = 'PUBLISHED';
create view peer.budget_line as
    select id, project_id, fiscal_year + 543 as year_be, phase,
        (amount::numeric / 100)::numeric(20, 2)::text as amount from public.budget_line;

-- The answers as JSON, for the limit of what PostgreSQL alone can do.
create view peer.cell_json as select json_build_object('data', json_build_object('matrix',
    json_build_object(
        'rows', json_build_object('headers', (select json_agg(json_build_object('label',
            json_build_object('th', label)) order by ordinal) from peer.area_row)),
        'columns', json_build_object('headers', (select json_agg(json_build_object('label',
            json_build_object('th', label)) order by ordinal) from peer.agency_column)),
        'cells', (select json_agg(json_build_object('rowIndex', row_index,
            'columnIndex', column_index, 'state', state, 'projectCount', project_count,
            'budget', case when budget is not null then json_build_object('amount', budget) end))
            from peer.cell))))::text as answer;
create view peer.rollup_cell_json as select json_build_object('data', json_build_object('matrix',
    json_build_object(
        'rows', json_build_object('headers', (select json_agg(json_build_object('label',
            json_build_object('th', label)) order by ordinal) from peer.area_row)),
        'columns', json_build_object('headers', (select json_agg(json_build_object('label',
            json_build_object('th', label)) order by ordinal) from peer.agency_column)),
        'cells', (select json_agg(json_build_object('rowIndex', row_index,
            'columnIndex', column_index, 'state', state, 'projectCount', project_count,
            'budget', case when budget is not null then json_build_object('amount', budget) end))
            from peer.rollup_cell))))::text as answer;
create function peer.named(name text) returns json language sql immutable as
    $$ select case when name is not null then
        json_build_object('name', json_build_object('th', name)) end $$;
create view peer.project_json as select json_build_object('data', json_build_object('projects',
    json_build_object('nodes', json_agg(json_build_object(
        'code', p.code, 'name', json_build_object('th', p.name_th),
        'owner', (select peer.named(a.name_th) from peer.agency a where a.id = p.owner_id),
        'areas', coalesce((select json_agg(json_build_object('area', json_build_object(
                'code', r.code, 'name', json_build_object('th', r.name_th))))
            from peer.project_area join peer.area r on r.id = area_id
            where project_id = p.id), '[]'),
        'linkages', json_build_object('nodes', coalesce((select json_agg(json_build_object(
                'status', l.status, 'issue', peer.named(i.name_th), 'stage', peer.named(s.name_th)))
            from peer.linkage l left join peer.issue i on i.id = l.issue_id
            left join peer.stage s on s.id = l.stage_id where l.project_id = p.id), '[]')),
        'budgets', coalesce((select json_agg(json_build_object(
                'fiscalYear', json_build_object('be', b.year_be), 'phase', b.phase,
                'amount', json_build_object('amount', b.amount)))
            from peer.budget_line b where b.project_id = p.id), '[]')
    ) order by p.sort_key, p.id))))::text as answer
from (select * from peer.project order by sort_key, id limit 100) p;

comment on table peer.settings is '@behavior -*';
comment on table peer.province_of is '@behavior -*';
comment on table peer.ministry_of is '@behavior -*';
comment on view peer.cell_json is '@behavior -*';
comment on view peer.rollup_cell_json is '@behavior -*';
comment on view peer.project_json is '@behavior -*';
comment on view peer.fact is '@behavior -*';
comment on view peer.figure is '@behavior -*';
comment on view peer.rollup_figure is '@behavior -*';
comment on view peer.agency is '@primaryKey id';
comment on view peer.area is '@primaryKey id';
comment on view peer.issue is '@primaryKey id';
comment on view peer.stage is '@primaryKey id';
comment on view peer.project is E'@primaryKey id\n@foreignKey (owner_id) references agency (id)';
comment on view peer.project_area is E'@primaryKey project_id,area_id
@foreignKey (project_id) references project (id)\n@foreignKey (area_id) references area (id)';
comment on view peer.linkage is E'@primaryKey id
@foreignKey (project_id) references project (id)\n@foreignKey (issue_id) references issue (id)
@foreignKey (stage_id) references stage (id)';
comment on view peer.budget_line is E'@primaryKey id
@foreignKey (project_id) references project (id)';
