"""A local agency to read from: generated data over real HTTP, of chosen size and misbehaviour.

Nobody's data is in it. Titles are put together from lists of words, amounts from numbers, so the
same seed gives the same agency on every machine; names of provinces and ministries are those of
`hub/reference`, so that they can be resolved to codes. `/truth` says what was served in counts and
sums, which a reader's ledger is compared with.
"""
