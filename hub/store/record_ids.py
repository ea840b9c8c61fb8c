"""Integer ids of source records, computed from the names of their source and key.

An id is known before its row is written, so no statement has to fetch it. Ids are 64 bits of a
SHA-256 digest: of five million records two have the same one with a chance of one in a million; the
run that inserts the second of them fails.
"""

import hashlib


def compute_record_id(name: str) -> int:
    """Return the id of the source record of a name, a signed 64-bit integer.

    `record_id_of` computes the same in SQL (migration 0011).
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
