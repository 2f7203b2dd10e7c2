"""Scenario sets, links between questions, and coherence of linked forecasts.

May import questions, distributions, evidence and suggestion.
"""
