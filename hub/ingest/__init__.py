"""Ingest outside data: fetch, store the raw record, parse, validate, resolve names, upsert. A
ledger counts what became of every record.
"""
