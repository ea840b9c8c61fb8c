"""A ministry's system that answers by the source contract."""
