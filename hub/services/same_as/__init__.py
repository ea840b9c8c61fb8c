"""Use cases of assertions that projects are one activity: assert, undo."""
