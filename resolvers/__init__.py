"""Set-at-a-time functions, one per field that fetches: parents in, answers in their order."""
