-- The key of projects, one statement a paragraph; frozen, as a migration is.

CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
declare
    moment timestamptz := transaction_timestamp();
begin
    if tg_op = 'UPDATE' then
        new.known_from := old.known_from;
        if tg_table_name = 'project' then
            -- PostgreSQL computes this column after the triggers; until then it is null.
            new.key := old.key;
        end if;
        -- An update that changes nothing is no change in what is known.
        if new is not distinct from old then
            return new;
        end if;
    end if;
    -- What this same transaction wrote, nobody else has seen: it has no past.
    if old.known_from <> moment then
        -- A transaction that began before the row's last change ends after it all the same.
        moment := greatest(moment, old.known_from + interval '1 microsecond');
        execute format(
            'insert into history.%1$I select (jsonb_populate_record(null::history.%1$I, $1)).*',
            tg_table_name
        ) using to_jsonb(old) || jsonb_build_object('known_to', moment);
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.known_from := moment;
    return new;
end
$$

ALTER TABLE project ADD COLUMN key BIGINT NOT NULL GENERATED ALWAYS AS (record_id_of(id)) STORED

-- Updates of columns in an index without a condition wait for rows that are inserted with a lock on
-- the project, because foreign keys could refer to them; PostgreSQL counts generated columns as updated.
CREATE UNIQUE INDEX uq_project_key ON project (key) WHERE key IS NOT NULL

ALTER TABLE history.project ADD COLUMN key BIGINT

UPDATE history.project SET key = record_id_of(id)

ALTER TABLE history.project ALTER COLUMN key SET NOT NULL
