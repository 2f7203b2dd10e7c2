"""Questions, answers, forecasts over time, and how people type them.

May import distributions.
"""
