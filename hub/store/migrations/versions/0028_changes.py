"""The feed of changes: statement-level triggers fill a queue, `change_sequence` numbers it.

A change gets its position after its transaction has committed. Two changes of one thing are queued
under the lock of its row, so the later one has the greater id, and a snapshot that has it has
the earlier one too: ordered by id at numbering, each thing's changes are in order.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

EVENTS = {
    "insert": ("new table as new_rows", ("new_rows",)),
    "update": ("old table as old_rows new table as new_rows", ("old_rows", "new_rows")),
    "delete": ("old table as old_rows", ("old_rows",)),
}
INSERT = """
    insert into change_queue (transaction, at, topic, subject_id, version, area_ids, agency_ids, public)
    select pg_current_xact_id()::text::bigint, transaction_timestamp(), '{topic}', touched.id,
        max(touched.version), array_remove(array_agg(distinct touched.area_id), null),
        array_remove(array_agg(distinct touched.agency_id), null), bool_or(touched.public)
    from ({rows}) touched
    group by touched.id
    order by touched.id
    {conflict};
"""
FUNCTION = """
create function change_note_{table}_{event}() returns trigger language plpgsql as $$
declare
    noted integer;
    total integer = 0;
begin
{body}
    if total > 0 then
        perform pg_notify('change', '');
    end if;
    return null;
end
$$
"""
COUNT = "    get diagnostics noted = row_count;\n    total = total + noted;\n"
LINKAGES = """
    select l.id, l.version, pl.area_id, side.agency_id,
        l.visibility = 'PUBLISHED' and p.visibility = 'PUBLISHED' as public
    from ({linkages}) l
    join ({projects}) p on p.id = l.project_id
    left join issue i on i.id = l.issue_id
    left join plan pl on pl.id = i.plan_id
    cross join lateral (select
        l.status <> 'SUGGESTED' or l.proposed_by_id is null as concerns_both,
        coalesce(p.visibility = 'PUBLISHED' or l.status = 'AGREED'
            or (l.status in ('PROPOSED', 'DISPUTED')
                and (l.proposed_side = 'FUNCTION' or l.proposed_by_id = p.owner_id)), false) as shown
    ) sees
    cross join lateral (
        select case when sees.concerns_both then p.owner_id end as agency_id
        union all
        select case when sees.shown or l.proposed_by_id = p.owner_id then l.proposed_by_id end
        union all
        select a.id from agency a
        where sees.concerns_both and sees.shown and a.area_id = pl.area_id
        union all
        select pl.agency_id where sees.concerns_both and sees.shown
    ) side
"""
"""A draft linkage is seen by the owner; by the area only when it may see the project, too."""
WORK_REQUESTS = """
    select w.id, w.version, w.area_id, side.id as agency_id, {public} as public
    from ({requests}) w
    left join issue i on i.id = w.issue_id
    left join plan pl on pl.id = i.plan_id
    cross join lateral (
        select a.id from agency a where a.area_id = pl.area_id union all select pl.agency_id
    ) side
"""
ISSUE_PUBLISHED = """exists (
        select from issue_revision r join plan_version v on v.id = r.version_id
        where r.issue_id = w.issue_id and v.visibility = 'PUBLISHED'
    )"""
PLAN_VERSIONS = """
    select v.id, null::integer as version, pl.area_id, side.agency_id,
        v.visibility = 'PUBLISHED' as public
    from {rows} v
    left join plan pl on pl.id = v.plan_id
    cross join lateral (
        select v.owner_id as agency_id
        union all
        select a.id from agency a where a.area_id = pl.area_id
        union all
        select pl.agency_id
    ) side
"""
PROJECTS = """
    select id, null::integer as version, null::text as area_id, owner_id as agency_id,
        visibility = 'PUBLISHED' as public
    from {rows}
"""
PROJECTS_OF_PARTS = """
    select p.id, null::integer as version, null::text as area_id, p.owner_id as agency_id,
        p.visibility = 'PUBLISHED' as public
    from project p where p.id in (select project_id from {rows})
"""
ONE_PER_TRANSACTION = (
    "on conflict (subject_id, transaction) where topic = 'PROJECT' do update set "
    "public = change_queue.public or excluded.public, "
    "agency_ids = array(select distinct unnest(change_queue.agency_ids || excluded.agency_ids))"
)
PARTS_ONCE = "on conflict (subject_id, transaction) where topic = 'PROJECT' do nothing"
BOTH_STATES = "select * from old_rows union all select * from new_rows"
HIDDEN_OR_SHOWN = f"""
        select id from ({BOTH_STATES}) state
        group by id having count(distinct (visibility, owner_id)) > 1
"""
"""Projects whose visibility or owner changed: what their linkages show follows. A join of the two
transition tables would be planned for the number of rows of the first statement of a session.
"""
IF_HIDDEN_OR_SHOWN = """
    if exists ({condition}) then
        execute $change$ {statement} $change$;
{count}    end if;
"""
"""Only EXECUTE plans for the number of rows that the transition tables have now."""
PLANS_HIDDEN_OR_SHOWN = """
    select n.plan_id, bool_or(n.visibility = 'PUBLISHED' or o.visibility = 'PUBLISHED') as public
    from new_rows n join old_rows o on o.id = n.id where n.visibility <> o.visibility
    group by n.plan_id
"""
REQUESTS_OF_PLANS = f"""
    select w.*, hidden_or_shown.public from ({PLANS_HIDDEN_OR_SHOWN}) hidden_or_shown
    join issue i on i.plan_id = hidden_or_shown.plan_id join work_request w on w.issue_id = i.id
"""


def union(template: str, row_sets: tuple[str, ...]) -> str:
    """Return the rows of a template for each transition table."""
    return " union all ".join(template.format(rows=row_set) for row_set in row_sets)


def insert(topic: str, rows: str, conflict: str = "") -> str:
    """Return the statement that queues the changes of a topic, and the count of its rows."""
    return INSERT.format(topic=topic, rows=rows, conflict=conflict) + COUNT


def list_inserts(table: str, event: str, row_sets: tuple[str, ...]) -> list[str]:
    """Return the statements of the trigger of a table for an event."""
    every = union("select * from {rows}", row_sets)
    if table == "linkage":
        return [insert("LINKAGE", LINKAGES.format(linkages=every, projects="table project"))]
    if table == "work_request":
        requests = WORK_REQUESTS.format(requests=every, public=ISSUE_PUBLISHED)
        return [insert("WORK_REQUEST", requests)]
    if table == "plan_version":
        found = [insert("PLAN_VERSION", union(PLAN_VERSIONS, row_sets))]
        if event == "update":
            rows = WORK_REQUESTS.format(requests=REQUESTS_OF_PLANS, public="w.public")
            found.append(insert("WORK_REQUEST", rows))
        return found
    if table == "project":
        found = [insert("PROJECT", union(PROJECTS, row_sets), ONE_PER_TRANSACTION)]
        if event == "update":
            linkages = f"select * from linkage where project_id in ({HIDDEN_OR_SHOWN})"
            rows = LINKAGES.format(linkages=linkages, projects=BOTH_STATES)
            statement = INSERT.format(topic="LINKAGE", rows=rows, conflict="").strip().rstrip(";")
            found.append(
                IF_HIDDEN_OR_SHOWN.format(
                    condition=HIDDEN_OR_SHOWN, statement=statement, count=COUNT
                )
            )
        return found
    return [insert("PROJECT", union(PROJECTS_OF_PARTS, row_sets), PARTS_ONCE)]


TABLES = (
    "linkage",
    "work_request",
    "plan_version",
    "project",
    "budget_line",
    "project_area",
    "project_implementer",
)


def upgrade() -> None:
    """From what came before."""
    execute_sql_file(__file__)
    for table in TABLES:
        for event, (transition, row_sets) in EVENTS.items():
            body = "".join(list_inserts(table, event, row_sets))
            function = FUNCTION.format(table=table, event=event, body=body)
            op.execute(function.replace(":", "\\:"))
            op.execute(
                f"create trigger change_note_{event} after {event} on public.{table} "
                f"referencing {transition} "
                f"for each statement execute function change_note_{table}_{event}()"
            )
