"""A local government's system that implements the source contract."""
