"""Parsing of feed documents: detection of changes, parsers, and processes for large documents.

May import the modules of feeds, and `discovery.article` in a worker.
"""
