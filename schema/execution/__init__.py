"""Planned execution: operations compiled once, executed breadth first over the resolvers."""
