"""The published contract, one file per noun. Classes describe; hub records flow through them."""
