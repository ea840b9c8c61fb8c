"""The embedded PostgreSQL server in the hub's data folder."""
