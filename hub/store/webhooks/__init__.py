"""Statements about webhooks: what managers read, what commands write, what is sent."""
