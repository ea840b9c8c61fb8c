"""Disbursements from a file exported by the treasury's system (GFMIS)."""
