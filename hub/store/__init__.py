"""Memory: the only place that speaks SQL."""
