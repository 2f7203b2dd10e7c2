"""Plain values that every layer shares: read models, audit values, formats.

May import feeds' values and `forecasts` alone.
"""
