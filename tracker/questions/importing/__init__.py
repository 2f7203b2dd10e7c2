"""Forecasts that were made elsewhere: one reader for each source, then one plan for all.

A reader turns the bytes of a file into rows with our names of columns, and problems with their
line.
"""
