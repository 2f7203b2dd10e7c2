"""Probabilities and distributions: binary, categorical, numeric and date.

Imports nothing else of `forecasts` but `errors`.
"""
