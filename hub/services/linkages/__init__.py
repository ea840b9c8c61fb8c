"""Use cases that write linkages and requests for work."""
