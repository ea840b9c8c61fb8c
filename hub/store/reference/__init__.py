"""Load the files of hub/reference into the tables, with the provenance of each row."""
