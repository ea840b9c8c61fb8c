CREATE FUNCTION check_parents() RETURNS trigger LANGUAGE plpgsql AS $$
declare
    wanted bigint;
    found bigint;
    locked bigint;
    missing text;
    place int := 0;
begin
    -- The arguments are pairs: a column of the table, and the table whose id it has.
    while place < tg_nargs loop
        -- A row that this transaction inserted is visible to no other, so it needs no lock.
        execute format(
            'with parents as materialized (
                select distinct %1$I as id from fresh where %1$I is not null
            )
            select (select count(*) from parents), (
                select count(*) from public.%2$I parent
                where parent.id = any (array(select id from parents))
                    and parent.xmin = pg_current_xact_id()::xid
            )', tg_argv[place], tg_argv[place + 1]
        ) into wanted, found;
        if found < wanted then
            -- The lock is that of a foreign key: the rows may change, but not disappear.
            execute format(
                'select count(*) from (
                    select from public.%2$I parent
                    where parent.id = any (
                            array(select distinct %1$I from fresh where %1$I is not null)
                        ) and parent.xmin <> pg_current_xact_id()::xid
                    for key share of parent
                ) rows', tg_argv[place], tg_argv[place + 1]
            ) into locked;
            found := found + locked;
        end if;
        if found < wanted then
            execute format(
                'select min(fresh.%1$I::text) from fresh where %1$I is not null and not exists (
                    select from public.%2$I parent where parent.id = fresh.%1$I
                )', tg_argv[place], tg_argv[place + 1]
            ) into missing;
            raise foreign_key_violation using
                message = format('%s.%s refers to a missing row of %s', tg_table_name,
                    tg_argv[place], tg_argv[place + 1]),
                detail = format('There is no %s with the id %s.', tg_argv[place + 1], missing),
                table = tg_table_name, column = tg_argv[place];
        end if;
        place := place + 2;
    end loop;
    return null;
end
$$

CREATE FUNCTION check_children() RETURNS trigger LANGUAGE plpgsql AS $$
declare
    kept text;
    place int := 0;
begin
    -- A snapshot of before may lack a row that another transaction has added since.
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise feature_not_supported using
            message = format('rows of %s are deleted in READ COMMITTED only', tg_table_name);
    end if;
    -- The arguments are pairs: a table that refers to this one, and its column.
    while place < tg_nargs loop
        execute format(
            'select gone.id::text from gone
            where exists (select from public.%1$I child where child.%2$I = gone.id)
            limit 1', tg_argv[place], tg_argv[place + 1]
        ) into kept;
        if kept is not null then
            raise foreign_key_violation using
                message = format('a row of %s is referred to by %s.%s', tg_table_name,
                    tg_argv[place], tg_argv[place + 1]),
                detail = format('The id is %s.', kept),
                table = tg_argv[place], column = tg_argv[place + 1];
        end if;
        place := place + 2;
    end loop;
    return null;
end
$$

CREATE FUNCTION forbid_new_id() RETURNS trigger LANGUAGE plpgsql AS $$
begin
    raise exception 'the id of a row of % never changes', tg_table_name;
end
$$
