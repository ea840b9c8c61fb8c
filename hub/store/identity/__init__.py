"""Statements about clients, people, keys, sharing agreements and the audit log."""
