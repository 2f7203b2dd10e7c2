"""Intervals, resampling, comparisons and regressions that scoring and learning share.

May import distributions and questions.
"""
