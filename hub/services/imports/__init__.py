"""Imports of files that clients send: places for files, jobs, forms."""
