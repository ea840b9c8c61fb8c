-- The functions of the rollup, one statement a paragraph; frozen, as a migration is.

CREATE FUNCTION rollup_contributions(ids text[]) RETURNS SETOF rollup_entry
LANGUAGE plpgsql AS $$
begin
    drop table if exists rollup_fresh;
    drop table if exists rollup_element;
    create temp table rollup_fresh on commit drop as
    select p.id, p.visibility, coalesce(p.owner_id, '') as owner_id,
        coalesce(p.actor_level, '') as actor_level, p.fiscal_years,
        coalesce((
            select i.agency_id from project_implementer i
            where i.project_id = p.id order by i.ordinal limit 1
        ), '') as lead_id,
        p.duplicate_of is not null
            or exists (select from project other where other.duplicate_of = p.id)
            or exists (
                select from budget_line l
                where l.project_id = p.id and l.source_id is distinct from p.source_id
            )
            or exists (
                select from linkage k where k.project_id = p.id and k.visibility <> 'PUBLISHED'
            )
            or exists (select from finding_subject f where f.project_id = p.id) as live
    from project p where p.id = any (ids) and p.visibility <> 'PRIVATE';
    -- Without statistics of these tables PostgreSQL compares every row of one with all of another.
    analyze rollup_fresh;
    -- An element is a place of a project: of its lines, and its own ones for each of its years.
    -- Each element is in the set of its year, and in the set of the whole project (year 0).
    create temp table rollup_element on commit drop as
    with element as (
        select l.project_id, true as is_line, l.fiscal_year, coalesce(l.area_id, '') as area_id,
            l.funding
        from rollup_fresh f join budget_line l on l.project_id = f.id
        where not f.live
        union
        -- A place of its own counts only where no line is there in that year.
        select f.id, false, year.ce, coalesce(a.area_id, ''), ''
        from rollup_fresh f cross join unnest(f.fiscal_years) as year (ce)
        left join project_area a on a.project_id = f.id
        where not f.live and not exists (
            select from budget_line l
            where l.project_id = f.id and l.fiscal_year = year.ce
                and coalesce(l.area_id, '') = coalesce(a.area_id, '')
        )
    )
    select e.project_id, s.set_year, e.is_line, e.fiscal_year, e.area_id, e.funding
    from element e cross join lateral (values (0::smallint), (e.fiscal_year)) s (set_year);
    analyze rollup_element;
    create temp table rollup_digest on commit drop as
    select project_id, set_year,
        md5(string_agg(
            is_line || ',' || fiscal_year || ',' || area_id || ',' || funding, ';'
            order by is_line, fiscal_year, area_id, funding
        )) as digest
    from rollup_element group by project_id, set_year;
    analyze rollup_digest;
    with added as (
        insert into rollup_place_set (digest)
        select distinct d.digest from rollup_digest d
        where not exists (select from rollup_place_set s where s.digest = d.digest)
        returning id, digest
    ), example as (
        select distinct on (d.digest) added.id, d.project_id, d.set_year
        from added join rollup_digest d on d.digest = added.digest
        order by d.digest
    )
    insert into rollup_place (place_set, is_line, fiscal_year, area_id, funding)
    select example.id, e.is_line, e.fiscal_year, e.area_id, e.funding
    from example join rollup_element e
        on e.project_id = example.project_id and e.set_year = example.set_year;
    return query
    select f.id, f.visibility, f.live, f.owner_id, f.lead_id, f.actor_level,
        coalesce(k.linkages, '{0,0,0}'), coalesce(s.years, '{}'), coalesce(s.place_sets, '{}'),
        coalesce(m.money, '[]')
    from rollup_fresh f
    left join (
        select d.project_id, array_agg(d.set_year order by d.set_year) as years,
            array_agg(stored.id order by d.set_year) as place_sets
        from rollup_digest d join rollup_place_set stored on stored.digest = d.digest
        group by d.project_id
    ) s on s.project_id = f.id
    left join (
        select project_id, array[
            count(*) filter (where status = 'PROPOSED'),
            count(*) filter (where status = 'AGREED'),
            count(*) filter (where status = 'DISPUTED')
        ]::integer[] as linkages
        from linkage where project_id = any (ids) group by project_id
    ) k on k.project_id = f.id and not f.live
    left join (
        select project_id, jsonb_agg(jsonb_build_array(
            fiscal_year, area_id, phase, funding, amount, lines
        )) as money
        from (
            select project_id, fiscal_year, coalesce(area_id, '') as area_id, phase, funding,
                sum(amount)::bigint as amount, count(*) as lines
            from budget_line where project_id = any (ids)
            group by project_id, fiscal_year, coalesce(area_id, ''), phase, funding
        ) line group by project_id
    ) m on m.project_id = f.id and not f.live and f.visibility = 'PUBLISHED';
    drop table rollup_fresh, rollup_element, rollup_digest;
end
$$

CREATE FUNCTION rollup_counts(entries rollup_entry[]) RETURNS TABLE (
    fiscal_year smallint, visibility text, owner_id text, lead_id text, actor_level text,
    place_set integer, projects bigint, proposed bigint, agreed bigint, disputed bigint
) LANGUAGE sql STABLE AS $$
    select place.year, e.visibility, e.owner_id, e.lead_id, e.actor_level, place.place_set,
        count(*), sum(e.linkages[1]), sum(e.linkages[2]), sum(e.linkages[3])
    from unnest(entries) e cross join lateral unnest(e.years, e.place_sets) place (year, place_set)
    group by 1, 2, 3, 4, 5, 6
$$

CREATE FUNCTION rollup_amounts(entries rollup_entry[]) RETURNS TABLE (
    fiscal_year smallint, owner_id text, lead_id text, actor_level text, area_id text, phase text,
    funding text, amount bigint, lines bigint
) LANGUAGE sql STABLE AS $$
    select (line ->> 0)::smallint, e.owner_id, e.lead_id, e.actor_level, line ->> 1, line ->> 2,
        line ->> 3, sum((line ->> 4)::bigint)::bigint, sum((line ->> 5)::bigint)::bigint
    from unnest(entries) e cross join lateral jsonb_array_elements(e.money) line
    group by 1, 2, 3, 4, 5, 6, 7
$$

CREATE FUNCTION rollup_compact(max_projects integer) RETURNS integer LANGUAGE plpgsql AS $$
declare
    ids text[];
    earlier rollup_entry[];
    later rollup_entry[];
begin
    -- One compaction at a time: the next one begins when this transaction has ended.
    if not pg_try_advisory_xact_lock(hashtext('rollup_compact')) then
        return -1;
    end if;
    with taken as (
        delete from rollup_change c using (
            select project_id, transaction from rollup_change
            order by project_id limit max_projects
        ) o
        where c.project_id = o.project_id and c.transaction = o.transaction
        returning c.project_id
    )
    select array_agg(distinct project_id) into ids from taken;
    if ids is null then
        return 0;
    end if;
    select coalesce(array_agg(e), '{}') into earlier from rollup_entry e where project_id = any (ids);
    select coalesce(array_agg(e), '{}') into later from rollup_contributions(ids) e;
    delete from rollup_entry where project_id = any (ids);
    insert into rollup_entry select (e).* from unnest(later) e;
    insert into rollup_count as kept
    select d.fiscal_year, d.visibility, d.owner_id, d.lead_id, d.actor_level, d.place_set,
        sum(d.projects * d.sign), sum(d.proposed * d.sign), sum(d.agreed * d.sign),
        sum(d.disputed * d.sign)
    from (
        select 1 as sign, added.* from rollup_counts(later) added
        union all select -1, removed.* from rollup_counts(earlier) removed
    ) d
    group by 1, 2, 3, 4, 5, 6
    having (sum(d.projects * d.sign), sum(d.proposed * d.sign), sum(d.agreed * d.sign),
        sum(d.disputed * d.sign)) <> (0, 0, 0, 0)
    on conflict on constraint pk_rollup_count do update set
        projects = kept.projects + excluded.projects,
        proposed = kept.proposed + excluded.proposed,
        agreed = kept.agreed + excluded.agreed,
        disputed = kept.disputed + excluded.disputed;
    insert into rollup_money as kept
    select d.fiscal_year, d.owner_id, d.lead_id, d.actor_level, d.area_id, d.phase, d.funding,
        sum(d.amount * d.sign), sum(d.lines * d.sign)
    from (
        select 1 as sign, added.* from rollup_amounts(later) added
        union all select -1, removed.* from rollup_amounts(earlier) removed
    ) d
    group by 1, 2, 3, 4, 5, 6, 7
    having (sum(d.amount * d.sign), sum(d.lines * d.sign)) <> (0, 0)
    on conflict on constraint pk_rollup_money do update set
        amount = kept.amount + excluded.amount, lines = kept.lines + excluded.lines;
    if cardinality(earlier) > 0 then
        delete from rollup_count where projects = 0;
        delete from rollup_money where lines = 0;
    end if;
    return cardinality(ids);
end
$$
