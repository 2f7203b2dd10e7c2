"""Scenario sets, links between questions, and repairs of incoherent forecasts."""
