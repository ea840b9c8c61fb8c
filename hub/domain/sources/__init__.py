"""Sources of data: declarations, runs, records, freshness and quarantine."""
