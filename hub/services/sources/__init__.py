"""Use cases of sources: list them, and decide on the rows in quarantine."""
