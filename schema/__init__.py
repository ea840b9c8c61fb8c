"""The published contract, one file per noun. Its classes describe; hub records flow through them."""
