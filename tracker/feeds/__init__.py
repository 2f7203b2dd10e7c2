"""Feeds and their items: requests, parsing, deduplication and schedule, without a database.

May import `errors` alone; fetching, parsing and scheduling import the modules beside them.
"""
