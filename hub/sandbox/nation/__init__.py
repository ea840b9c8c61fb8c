"""A generated nation: projects of all provinces, ministries, departments and local authorities.

`hub generate` fills the database with it by statements (`hub.store.generate`); its records could as
well be ingested one by one with the declaration and the reader here, with the same rows.
"""
