"""The evidence model: suggested probabilities, their explanation and their fit.

May import evidence, questions, distributions, statistics and scoring.
"""
