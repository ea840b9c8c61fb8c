"""Overlaps: projects of different agencies with the same task, place and time (R64)."""
