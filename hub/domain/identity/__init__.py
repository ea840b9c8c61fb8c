"""Viewers, permissions, clients, people, agreements and the audit log as records and pure rules."""
