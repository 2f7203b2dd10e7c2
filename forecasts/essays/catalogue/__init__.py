"""Catalogue of measurable things, to turn a claim into a question that can be answered.

May import the rest of `forecasts.essays` that knows no drafts, and `questions`.
"""
