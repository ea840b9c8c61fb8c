"""A table of a CKAN catalogue's datastore."""
