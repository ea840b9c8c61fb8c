"""A local agency with generated data, served over HTTP, of a chosen size and with chosen faults.

It contains no data of real agencies. Titles are built from lists of words and amounts from numbers,
so one seed generates the same agency on every machine; names of provinces and ministries come from
`hub/reference`, so they can be resolved to codes. `/truth` returns the counts and sums that were
served, to compare with the ledger of a run.
"""
