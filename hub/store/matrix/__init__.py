"""Statements that select, count and explain the facts of a matrix."""
