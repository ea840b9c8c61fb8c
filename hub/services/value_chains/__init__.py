"""Use cases of value chains: create or change the chain of an area."""
