-- The functions of the rollup, one statement a paragraph; frozen, as a migration is.

CREATE FUNCTION rollup_contributions(keys bigint[]) RETURNS SETOF rollup_entry
LANGUAGE plpgsql AS $$
declare
    added bigint;
begin
    drop table if exists rollup_fresh;
    drop table if exists rollup_element;
    drop table if exists rollup_line;
    drop table if exists rollup_set;
    create temp table rollup_fresh on commit drop as
    select p.key, p.id, p.source_id, p.visibility, coalesce(p.owner_id, '') as owner_id,
        coalesce(p.actor_level, '') as actor_level, p.fiscal_years,
        coalesce((
            select i.agency_id from project_implementer i
            where i.project_id = p.id order by i.ordinal limit 1
        ), '') as lead_id,
        p.duplicate_of is not null or p.counted_as is not null
            or exists (select from project other where other.duplicate_of = p.id)
            or exists (
                select from budget_line l
                where l.project_id = p.id and l.source_id is distinct from p.source_id
            )
            or exists (
                select from linkage k where k.project_id = p.id and k.visibility <> 'PUBLISHED'
            )
            or exists (
                select from finding_subject f join finding o on o.id = f.finding_id
                where f.project_id = p.id and o.kind = 'OVERLAP'
            ) as live,
        -- Linkages of a project without drafts; drafts make it live.
        exists (
            select from linkage k
            where k.project_id = p.id and k.status in ('PROPOSED', 'AGREED', 'DISPUTED')
        ) as linked,
        coalesce((
            select array_agg(distinct v.source_id order by v.source_id)
            from (
                select 'gid://hub/Project/' || p.id
                union all
                select 'gid://hub/Linkage/' || k.id from linkage k
                where k.project_id = p.id and k.status in ('PROPOSED', 'AGREED', 'DISPUTED')
            ) about (subject)
            join provenance v on hashtextextended(v.subject, 0) = hashtextextended(about.subject, 0)
                and v.subject = about.subject
        ), '{}') as sources
    from project p where p.key = any (keys) and p.visibility <> 'PRIVATE';
    -- Without statistics of these tables PostgreSQL compares every row of one with all of another.
    analyze rollup_fresh;
    -- Sources are an attribute of the project, whatever the year: lines must not add others.
    update rollup_fresh f set live = true
    where not f.live and f.source_id is not null and f.source_id <> all (f.sources)
        and exists (select from budget_line l where l.project_id = f.id);
    update rollup_fresh f set live = true
    from budget_line l join source_record r on r.id = l.record_id
    where not f.live and l.project_id = f.id and r.source_id is distinct from f.source_id;
    update rollup_fresh f set live = true
    from budget_line l
    join provenance v on hashtextextended(v.subject, 0)
        = hashtextextended('gid://hub/BudgetLine/' || l.id, 0)
    where not f.live and l.project_id = f.id and v.source_id is distinct from f.source_id;
    create temp table rollup_line on commit drop as
    select f.key, l.fiscal_year, coalesce(l.area_id, '') as area_id, l.funding, l.phase,
        sum(l.amount)::bigint as amount, count(*)::integer as lines
    from rollup_fresh f join budget_line l on l.project_id = f.id
    where not f.live
    group by f.key, l.fiscal_year, coalesce(l.area_id, ''), l.funding, l.phase;
    analyze rollup_line;
    -- An element is a place of a project: of its lines, and its own ones for each of its years.
    create temp table rollup_element on commit drop as
    select distinct key, true as is_line, fiscal_year, area_id, funding from rollup_line
    union all
    -- A place of its own counts only where no line is there in that year.
    select f.key, false, year.ce, coalesce(a.area_id, ''), ''
    from rollup_fresh f cross join unnest(f.fiscal_years) as year (ce)
    left join project_area a on a.project_id = f.id
    where not f.live and not exists (
        select from rollup_line l
        where l.key = f.key and l.fiscal_year = year.ce and l.area_id = coalesce(a.area_id, '')
    );
    analyze rollup_element;
    insert into rollup_place (is_line, fiscal_year, area_id, funding, phase)
    select distinct is_line, fiscal_year, area_id, funding, '' from rollup_element
    union
    select true, l.fiscal_year, l.area_id, l.funding, l.phase
    from rollup_line l join rollup_fresh f on f.key = l.key
    where f.visibility = 'PUBLISHED'
    except
    select is_line, fiscal_year, area_id, funding, phase from rollup_place;
    get diagnostics added = row_count;
    if added > 0 then
        analyze rollup_place;
    end if;
    insert into rollup_attributes (visibility, owner_id, lead_id, actor_level, linked, sources)
    select distinct visibility, owner_id, lead_id, actor_level, linked, sources from rollup_fresh
    except
    select visibility, owner_id, lead_id, actor_level, linked, sources from rollup_attributes;
    get diagnostics added = row_count;
    if added > 0 then
        analyze rollup_attributes;
    end if;
    -- A project of several years has a set for each of them, and one of all its places (year 0).
    create temp table rollup_set on commit drop as
    with numbered as (
        select e.key, e.fiscal_year, place.id, not e.is_line as own
        from rollup_element e
        join rollup_place place on place.fiscal_year = e.fiscal_year
            and place.area_id = e.area_id and place.is_line = e.is_line
            and place.funding = e.funding and place.phase = ''
    )
    select key, fiscal_year, array_agg(id order by id) as places, bool_or(own) as own
    from numbered group by key, fiscal_year
    union all
    select key, 0::smallint, array_agg(id order by id), bool_or(own) from numbered
    group by key having min(fiscal_year) <> max(fiscal_year);
    analyze rollup_set;
    insert into rollup_place_set (fiscal_year, places, own)
    select distinct s.fiscal_year, s.places, s.own from rollup_set s
    where not exists (select from rollup_place_set stored where stored.places = s.places);
    return query
    select f.key, a.id, f.live, k.linkages, coalesce(s.years, '{}'), coalesce(s.place_sets, '{}'),
        m.places, m.amounts, m.lines
    from rollup_fresh f
    join rollup_attributes a on a.visibility = f.visibility and a.owner_id = f.owner_id
        and a.lead_id = f.lead_id and a.actor_level = f.actor_level
        and a.linked = f.linked and a.sources = f.sources
    left join (
        select d.key, array_agg(d.fiscal_year order by d.fiscal_year) as years,
            array_agg(stored.id order by d.fiscal_year) as place_sets
        from rollup_set d join rollup_place_set stored on stored.places = d.places
        group by d.key
    ) s on s.key = f.key
    left join (
        select one.key, array[
            count(*) filter (where status = 'PROPOSED'),
            count(*) filter (where status = 'AGREED'),
            count(*) filter (where status = 'DISPUTED')
        ]::integer[] as linkages
        from rollup_fresh one join linkage on linkage.project_id = one.id
        where not one.live and status in ('PROPOSED', 'AGREED', 'DISPUTED')
        group by one.key
    ) k on k.key = f.key
    left join (
        select l.key, array_agg(place.id order by place.id) as places,
            array_agg(l.amount order by place.id) as amounts,
            case when max(l.lines) > 1 then array_agg(l.lines order by place.id) end as lines
        from rollup_line l
        join rollup_place place on place.fiscal_year = l.fiscal_year
            and place.area_id = l.area_id and place.is_line
            and place.funding = l.funding and place.phase = l.phase
        group by l.key
    ) m on m.key = f.key and f.visibility = 'PUBLISHED';
    drop table rollup_fresh, rollup_element, rollup_line, rollup_set;
end
$$

CREATE FUNCTION rollup_counts(entries rollup_entry[]) RETURNS TABLE (
    attributes integer, place_set integer, fiscal_year smallint, whole boolean,
    projects bigint, proposed bigint, agreed bigint, disputed bigint
) LANGUAGE sql STABLE AS $$
    select e.attributes, place.place_set, place.year, place.year = 0 or cardinality(e.years) = 1,
        count(*), coalesce(sum(e.linkages[1]), 0), coalesce(sum(e.linkages[2]), 0),
        coalesce(sum(e.linkages[3]), 0)
    from unnest(entries) e cross join lateral unnest(e.years, e.place_sets) place (year, place_set)
    group by 1, 2, 3, 4
$$

CREATE FUNCTION rollup_amounts(entries rollup_entry[]) RETURNS TABLE (
    attributes integer, place integer, amount bigint, lines bigint, fiscal_year smallint,
    phase smallint
) LANGUAGE sql STABLE AS $$
    select e.attributes, line.place, sum(line.amount)::bigint, sum(coalesce(line.lines, 1)),
        p.fiscal_year, array_position(
            '{PLANNED,REQUESTED,APPROPRIATED,ALLOCATED,CONTRACTED,DISBURSED}', p.phase
        )::smallint
    from unnest(entries) e
    cross join lateral unnest(e.places, e.amounts, e.lines) line (place, amount, lines)
    join rollup_place p on p.id = line.place
    group by 1, 2, 5, 6
$$

CREATE FUNCTION rollup_compact(max_projects integer) RETURNS integer LANGUAGE plpgsql AS $$
declare
    keys bigint[];
    earlier rollup_entry[];
    later rollup_entry[];
begin
    -- One compaction at a time: the next one begins when this transaction has ended.
    if not pg_try_advisory_xact_lock(hashtext('rollup_compact')) then
        return -1;
    end if;
    with taken as (
        delete from rollup_change c using (
            select project_key, transaction from rollup_change
            order by project_key limit max_projects
        ) o
        where c.project_key = o.project_key and c.transaction = o.transaction
        returning c.project_key
    )
    select array_agg(distinct project_key) into keys from taken;
    if keys is null then
        return 0;
    end if;
    select coalesce(array_agg(e), '{}') into earlier
    from rollup_entry e where project_key = any (keys);
    select coalesce(array_agg(e), '{}') into later from rollup_contributions(keys) e;
    delete from rollup_entry where project_key = any (keys);
    insert into rollup_entry select (e).* from unnest(later) e;
    insert into rollup_count as kept (
        attributes, place_set, fiscal_year, whole, projects, proposed, agreed, disputed
    )
    select d.attributes, d.place_set, d.fiscal_year, d.whole,
        sum(d.projects * d.sign), sum(d.proposed * d.sign), sum(d.agreed * d.sign),
        sum(d.disputed * d.sign)
    from (
        select 1 as sign, added.* from rollup_counts(later) added
        union all select -1, removed.* from rollup_counts(earlier) removed
    ) d
    group by 1, 2, 3, 4
    having (sum(d.projects * d.sign), sum(d.proposed * d.sign), sum(d.agreed * d.sign),
        sum(d.disputed * d.sign)) <> (0, 0, 0, 0)
    on conflict on constraint pk_rollup_count do update set
        projects = kept.projects + excluded.projects,
        proposed = kept.proposed + excluded.proposed,
        agreed = kept.agreed + excluded.agreed,
        disputed = kept.disputed + excluded.disputed;
    insert into rollup_money as kept (attributes, place, amount, lines, fiscal_year, phase)
    select d.attributes, d.place, sum(d.amount * d.sign), sum(d.lines * d.sign), d.fiscal_year,
        d.phase
    from (
        select 1 as sign, added.* from rollup_amounts(later) added
        union all select -1, removed.* from rollup_amounts(earlier) removed
    ) d
    group by d.attributes, d.place, d.fiscal_year, d.phase
    having (sum(d.amount * d.sign), sum(d.lines * d.sign)) <> (0, 0)
    on conflict on constraint pk_rollup_money do update set
        amount = kept.amount + excluded.amount, lines = kept.lines + excluded.lines;
    if cardinality(earlier) > 0 then
        delete from rollup_count where projects = 0;
        delete from rollup_money where lines = 0;
    end if;
    return cardinality(keys);
end
$$
