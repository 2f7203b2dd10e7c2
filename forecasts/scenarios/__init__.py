"""Scenario sets, links between questions, and coherence of linked forecasts.

May import evidence, questions and distributions.
"""
