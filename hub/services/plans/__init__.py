"""Submit, review, compare, import and export plans."""
