"""Scoring of forecasts: single, over time, against other forecasters and against references.

May import statistics, questions and distributions.
"""
