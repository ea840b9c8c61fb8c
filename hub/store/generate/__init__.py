"""Statements that fill the database with a generated nation, set by set, in one transaction.

A chunk is a range of project numbers. `draw.py` draws its projects and lines into temporary tables,
one chunk ahead on a second connection (`prefetch.py`); `facts.py`, `records.py` and `history.py`
insert them, one statement per table, in the form in which `hub.store.ingest` writes the same
records. `load.py` has the order of the statements.
"""
