"""Viewers, queries and a helper for the tests of the audit log."""

from hub.domain.identity.audit_log import AccessRecord
from hub.domain.identity.viewer import Permission, Viewer
from hub.store.database import Database
from hub.store.identity.audit_chain import verify_chain
from hub.store.identity.audit_log import access_record_of
from tests.resolvers.test_quarantine import SOURCE

OPERATE = Permission.OPERATE_SOURCES.value
AUDIT = Permission.READ_AUDIT.value
CONSUMER = Viewer("a party", "ministry:22", frozenset({AUDIT}), purpose="จัดทำแผนจังหวัด")
OWNER = Viewer("an owner", "ministry:05", frozenset({AUDIT}))
OTHER = Viewer("another", "ministry:07", frozenset({AUDIT, OPERATE}))
STEWARD = Viewer("a steward", "ministry:01", frozenset({AUDIT, OPERATE, Permission.STEWARD.value}))
DRAFT_ID = "gid://hub/Project/secret"
DRAFT_QUERY = f'query Look {{ node(id: "{DRAFT_ID}") {{ id ... on Project {{ name {{ th }} }} }} }}'
AUDIT_LOG_QUERY = """query ($source: ID, $since: DateTime, $first: Int, $after: String) {
  accessLog(source: $source, since: $since, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id at kind subject client agency { id } owner { id } source { id } purpose operation
      document reason records recordCount traceId previousDigest digest } } }"""
QUARANTINE_QUERY = f'{{ source(id: "{SOURCE}") {{ quarantine {{ nodes {{ id payload }} }} }} }}'


async def list_audit_entries(database: Database) -> list[AccessRecord]:
    """Return every entry of the audit log, oldest first, after verifying the chain."""
    assert (await verify_chain(database)).first_break is None
    rows = await database.pool.fetch("select * from access_log order by number")
    return [access_record_of(one) for one in rows]
