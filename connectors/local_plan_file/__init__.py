"""Local development plans, as tables are printed and kept."""
