"""Local development plans in tables, as local authorities publish them."""
