"""Use cases of the matrix: resolve the axes, count, evaluate the cells and explain figures."""
