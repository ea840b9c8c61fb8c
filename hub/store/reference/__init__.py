"""From the files of hub/reference to rows of the tables, with why each is held."""
