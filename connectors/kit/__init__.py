"""What connectors share: careful HTTP, OAuth, files, Thai text."""
