"""Combine several forecasts into one: pooled probabilities and the crowd's forecast.

May import scoring, questions and distributions.
"""
