"""Periodic work of a running hub."""
