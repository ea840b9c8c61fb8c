"""Statements that write and read ingested records: runs, projects, names, joins, quarantine."""
