"""Statements about clients, people, keys, agreements and the audit log."""
