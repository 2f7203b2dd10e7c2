"""Siblings: a long question asked again of shorter windows, and the sum of their answers.

May import evidence, questions and distributions, and the dates of essays.
"""
