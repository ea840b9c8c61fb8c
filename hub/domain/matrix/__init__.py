"""The area-function matrix: its question, its key, its layout and its result."""
