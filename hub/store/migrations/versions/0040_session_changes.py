"""The feed of changes reports agreements and commitments of joint sessions.

An entry names the delegations of the session, its host, and the agencies of its areas: who could see the thing
before its session was closed. Both are public once it is; a pledge to take a gap is from the start.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

AGREEMENTS = """
    select changed.id, null::integer as version, session.area_ids as areas,
        session.status in ('CLOSED', 'RATIFIED') as public,
        changed.party_ids || session.host_id || array(
            select delegation.agency_id from delegation where delegation.session_id = session.id
        ) as agencies
    from new_rows changed join joint_session session on session.id = changed.session_id
"""
COMMITMENTS = """
    select changed.id, changed.version,
        coalesce(session.area_ids, '{}') || array_remove(array[changed.area_id], null) as areas,
        changed.first_year is not null or session.id is null
            or session.status in ('CLOSED', 'RATIFIED') as public,
        array_remove(array[changed.agency_id, session.host_id], null) || array(
            select delegation.agency_id from delegation where delegation.session_id = session.id
        ) as agencies
    from new_rows changed left join joint_session session on session.id = changed.session_id
"""
FUNCTION = """
create function change_note_{table}() returns trigger language plpgsql as $$
begin
    insert into change_queue (transaction, at, topic, subject_id, version, area_ids, agency_ids, public)
    select pg_current_xact_id()::text::bigint, transaction_timestamp(), '{topic}', touched.id,
        touched.version, array(select distinct unnest(touched.areas) order by 1),
        array(select distinct unnest(touched.agencies) order by 1), touched.public
    from ({rows}) touched order by touched.id;
    if found then
        perform pg_notify('change', '');
    end if;
    return null;
end
$$
"""


def upgrade() -> None:
    """Add the triggers; what was agreed before is no change."""
    for table, topic, rows in (
        ("agreement", "AGREEMENT", AGREEMENTS),
        ("commitment", "COMMITMENT", COMMITMENTS),
    ):
        function = FUNCTION.format(table=table, topic=topic, rows=rows)
        op.execute(function.replace(":", "\\:"))
        for event, transition in (("insert", ""), ("update", "old table as old_rows ")):
            op.execute(
                f"create trigger change_note_{event} after {event} on public.{table} "
                f"referencing {transition}new table as new_rows "
                f"for each statement execute function change_note_{table}()"
            )
