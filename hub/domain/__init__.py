"""Nouns: records and pure rules, standard library only. Everybody knows them; they know nobody."""
