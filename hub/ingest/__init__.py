"""The way in: fetch, keep the raw record, read, check, resolve, write; counted, never lost."""
