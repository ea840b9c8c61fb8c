"""Files of a matrix: the answer to a question as CSV and as a workbook."""
