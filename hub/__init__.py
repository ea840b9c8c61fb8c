"""The hub: records, memory, verbs and HTTP of the area-function integration hub."""

__version__ = "0.1.0"
