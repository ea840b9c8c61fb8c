"""Connectors of outside sources, one folder each; they do not import each other."""

import hub as hub
