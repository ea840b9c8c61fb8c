"""Use cases about areas."""
