"""Indexes by which projects are found: values of source records, and titles compared by their key.

`project_title_key` is a name without separators, the word project (โครงการ) that begins it, and the
difference between Thai and Arabic digits. A separator between two digits remains as a space, so
that 1-2 is not 12. The two ways to write แ and ำ are one.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SEPARATORS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u0e2f\u0e4f\u0e5a\u0e5b"
    r"\u3000\ufeff]+"
)
TITLE_KEY = f"""
create function project_title_key(name text) returns text
immutable strict parallel safe language sql
return nullif(regexp_replace(
    regexp_replace(
        regexp_replace(
            lower(
                replace(replace(
                    translate(name, '๐๑๒๓๔๕๖๗๘๙', '0123456789'),
                    U&'\\0E40\\0E40', U&'\\0E41'), U&'\\0E4D\\0E32', U&'\\0E33')
                collate "C"),
            '(?<=[0-9]){SEPARATORS}(?=[0-9])', ' ', 'g'),
        '(?<![0-9]){SEPARATORS}|{SEPARATORS}(?![0-9])', '', 'g'),
    '^(โครงการ)+', ''), '')
"""


def upgrade() -> None:
    """From what came before."""
    op.execute(TITLE_KEY.replace(":", "\\:"))
    for schema, suffix in (("public", ""), ("history", "_history")):
        op.execute(
            f"create index ix_source_record_value{suffix} on {schema}.source_record "
            "using hash (value)"
        )
        op.execute(
            f"create index ix_project_title_key{suffix} on {schema}.project "
            "using hash (project_title_key(name_th))"
        )
