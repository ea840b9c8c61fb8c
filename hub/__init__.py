"""The hub: records, memory, verbs and HTTP of the area-function integration hub."""
