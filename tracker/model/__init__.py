"""Plain values that every layer shares: read models, records of acts, evidence, JSON.

May import feeds and `forecasts` alone.
"""
