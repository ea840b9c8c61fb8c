"""Batched resolvers, one function per field that fetches: parents in, answers in their order."""
