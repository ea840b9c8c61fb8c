"""A ministry's system that implements the source contract."""
