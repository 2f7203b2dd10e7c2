"""Claim extraction: sentence boundaries, cleaning, and words that look ahead.

May import the modules of essays.
"""
