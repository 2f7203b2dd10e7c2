"""Checks of a question's wording, criteria, times and options before it is opened.

May import essays, evidence, questions and distributions.
"""
