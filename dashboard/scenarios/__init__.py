"""Scenario sets on the page of their question; links between questions, and contradictions.

May import components, charts, wording and `tracker`.
"""
