"""Set-at-a-time functions, one per field that fetches: all parents in, answers in the same order."""
