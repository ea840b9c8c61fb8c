"""Outside sources: their declaration, runs, records, freshness and quarantine."""
