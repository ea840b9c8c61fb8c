"""Project registers of ministries that have no API."""
