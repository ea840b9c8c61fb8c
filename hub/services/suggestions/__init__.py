"""Suggest issues and stages for projects, and dismiss suggestions."""
