"""Code shared by connectors: HTTP, OAuth, paging, files, Thai text."""
