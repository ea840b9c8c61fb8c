"""The log of access: a chain that only grows, a partition a month; what a client is for.

**Only growing.** Triggers refuse UPDATE, DELETE and TRUNCATE to everybody, the owner included. The
owner of the tables, or of the server, can still disable a trigger, detach a partition or write rows
by hand. Whoever does leaves a chain that does not hold (`hub audit verify` names the first link) or
has to write all later links and the head anew, and then the head is not the one that was kept
outside (`hub audit head`, and `hub audit verify --head`).

**One order.** `append_access` takes the row of `access_head` and holds it until the commit, so
links are made one after another, on however many nodes; it is called last in a transaction.
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FORBID_CHANGE = """
create function forbid_change() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'access_head' and tg_op = 'UPDATE' then
        if new.number > old.number and new.at >= old.at then
            return new;
        end if;
    end if;
    raise exception 'the log of access only grows: % of %.% is refused',
        tg_op, tg_table_schema, tg_table_name;
end
$$
"""

PARTITION = """
create function access_partition(moment timestamptz) returns void language plpgsql as $$
declare
    month timestamp := date_trunc('month', moment at time zone 'UTC');
    named text := 'access_log_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass('audit.' || named) is not null then
        return;
    end if;
    -- Attached, not made in its place: that would keep readers out, and wait for them.
    execute format('create table audit.%I (like public.access_log including all)', named);
    execute format(
        'alter table public.access_log attach partition audit.%I for values from (%L) to (%L)',
        named, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC'
    );
    execute format(
        'create trigger forbid_truncate before truncate on audit.%I '
        'for each statement execute function public.forbid_change()', named
    );
end
$$
"""

APPEND = """
create function append_access(entries text[]) returns bigint language plpgsql as $$
declare
    head public.access_head;
    moment timestamptz;
    befores bytea[] := '{}';
    digests bytea[] := '{}';
    first bigint;
    entry text;
begin
    select * into strict head from public.access_head for update;
    first := head.number;
    -- A clock that was set back does not turn the order round.
    moment := greatest(clock_timestamp(), head.at);
    -- This month's, and the next one's ahead.
    perform public.access_partition(moment);
    perform public.access_partition(moment + interval '1 month');
    foreach entry in array entries loop
        head.number := head.number + 1;
        befores := befores || head.digest;
        head.digest := sha256(head.digest || convert_to(
            head.number || chr(10) || (extract(epoch from moment) * 1000000)::bigint || chr(10)
            || entry, 'UTF8'
        ));
        digests := digests || head.digest;
    end loop;
    if head.number > first then
        insert into public.access_log (at, number, entry, previous, digest)
            select moment, first + place, said, before, digest
            from unnest(entries, befores, digests) with ordinality
                as links (said, before, digest, place);
        update public.access_head h set number = head.number, at = moment, digest = head.digest;
    end if;
    return head.number;
end
$$
"""


def upgrade() -> None:
    """From what came before."""
    file = Path(__file__).with_name("0009_access_log.sql")
    for statement in (*file.read_text("utf-8").split("\n\n"), FORBID_CHANGE, PARTITION, APPEND):
        op.execute(statement.replace(":", "\\:"))
    for table in ("access_log", "access_head"):
        op.execute(
            f"create trigger forbid_change before update or delete on public.{table} "
            "for each row execute function forbid_change()"
        )
        op.execute(
            f"create trigger forbid_truncate before truncate on public.{table} "
            "for each statement execute function forbid_change()"
        )
