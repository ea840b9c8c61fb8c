"""Statements about joint sessions, agreements, and the facts that agreements assert."""
