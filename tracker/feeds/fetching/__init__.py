"""HTTP requests: client, addresses, headers, and rate limits by domain.

May import the modules of feeds, and neither parsing nor scheduling.
"""
