"""The authority for an edition of areas in Thai and in English, which notices cite."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SPLIT = r"""
update {table} set
    authority_en = substring(authority_th from ' \(([^()]*)\)$'),
    authority_th = regexp_replace(coalesce(authority_th, ''), ' \([^()]*\)$', ''),
    authority_th_origin = 'HUMAN',
    authority_en_origin = 'HUMAN'
"""
"""Before, the English words were in brackets behind the Thai ones."""


def upgrade() -> None:
    """From what came before."""
    op.execute("alter table area_edition disable trigger keep_history")
    for table in ("area_edition", "history.area_edition"):
        op.execute(f"alter table {table} rename column authority to authority_th")
        for column in ("authority_en", "authority_th_origin", "authority_en_origin"):
            op.execute(f"alter table {table} add column {column} text")
        op.execute(SPLIT.format(table=table))
        op.execute(f"alter table {table} alter column authority_th set not null")
    op.execute("alter table area_edition enable trigger keep_history")
