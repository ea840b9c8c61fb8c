"""Contracts awarded by public bodies."""
