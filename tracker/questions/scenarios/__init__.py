"""Scenario sets, links between questions, and what contradicts what: gathered, changed, decided."""
