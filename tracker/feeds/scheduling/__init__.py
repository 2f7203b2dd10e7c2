"""Time of the next poll of each feed, request budget, and health.

May import the modules of feeds, and neither fetching nor parsing.
"""
