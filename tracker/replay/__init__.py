"""Replays of the past: the demo and back-tests, in databases of their own.

May import app and everything below it.
"""
