"""Volumes of the annual appropriation act, extracted from print."""
