"""Records and pure rules, by subject; standard library only. No other package is imported here."""
