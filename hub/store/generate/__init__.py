"""Statements that fill the database with a generated nation, set by set.

A chunk is a range of project numbers and one transaction: `draw.py` draws its projects and lines
into temporary tables, `facts.py`, `records.py` and `history.py` insert them, one statement per
table, in the form in which `hub.store.ingest` writes the same records.
"""
