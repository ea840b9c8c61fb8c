"""Disbursements as a file of the treasury's system tells them."""
