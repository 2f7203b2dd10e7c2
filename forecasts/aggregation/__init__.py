"""Combine several forecasts into one: pooled probabilities and the crowd's forecast.

May import distributions, questions, evidence and statistics.
"""
