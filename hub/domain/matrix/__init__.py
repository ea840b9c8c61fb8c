"""The area-function matrix: question, key, layout and result."""
