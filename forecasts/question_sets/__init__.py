"""Parsers and writers of the TOML files of a question set.

May import scenarios, essays, evidence, questions and distributions.
"""
