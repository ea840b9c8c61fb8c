"""Use cases of the register of agencies: create one, import a list."""
