"""Use cases of following changes."""
