"""Pure rules of suggestions: phrases in texts, evidence, and the ranking of stages."""
