"""Statements about joint sessions, agreements and commitments."""
