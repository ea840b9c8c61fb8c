"""The composition root: opens the database and builds all that needs it, from the settings."""
