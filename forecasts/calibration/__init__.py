"""Calibration: agreement of stated probabilities with outcomes, one row a question.

May import scoring, statistics, questions and distributions.
"""
