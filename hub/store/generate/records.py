"""Insert the source records of a chunk, their payloads, and the provenance of their projects."""

from typing import Final

INSERT_PAYLOADS: Final = """
insert into raw_record (hash, form, payload)
select hash, 'JSON', payload from nation_record
union all
select earlier_hash, 'JSON', earlier_payload from nation_record where earlier_hash is not null
"""
INSERT_RECORDS: Final = """
insert into source_record (
    id, source_id, scheme, value, payload_hash, retrieved_at, scope, project_id, known_from
)
select record_id_of(id), source_id, source_id, key, hash, read_at, '', id, read_at
from nation_project join nation_record using (number), nation_setting
cross join lateral (select coalesce(corrected_at, first_known) as read_at) reads
"""
INSERT_PROVENANCE: Final = """
insert into provenance (subject, ordinal, source_id, record_id, asserted, citation, known_from)
select 'gid://hub/Project/' || id, 0, source_id, record_id_of(id), 'ASSUMED', key, first_known
from nation_project, nation_setting
"""
