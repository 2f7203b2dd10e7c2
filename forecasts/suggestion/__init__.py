"""The evidence model: suggested probabilities, their explanation and their fit.

May import scenarios, scoring, evidence, statistics, questions and distributions.
"""
