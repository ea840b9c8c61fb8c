"""Minutes of a joint session as files: the text as .docx, and an annex with all rows as .xlsx."""
