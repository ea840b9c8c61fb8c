"""Use cases of findings: refreshing them in the background, dismissing, opening again."""
