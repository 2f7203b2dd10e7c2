"""HTTP API, version 1: a table of routes, each with one use case.

May import services, and no terminal.
"""
