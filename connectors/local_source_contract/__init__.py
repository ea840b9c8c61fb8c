"""A local government's system that answers by the source contract."""
