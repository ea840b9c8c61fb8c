"""The hub's own PostgreSQL server in its data folder."""
