"""The composition root: from the settings to an open database, and to everything built over it."""
