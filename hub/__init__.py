"""The hub: records, memory, verbs and HTTP of the area-function integration hub."""

import os

__version__ = "0.1.0"

# python-docx brings lxml, which openpyxl would then use: it accepts XML entities and cells of any
# length in workbooks of agencies. openpyxl reads this when it is first imported (ADR 20).
os.environ["OPENPYXL_LXML"] = "False"  # noqa: TID251 - written, not read
