"""The command line: groups, commands and tables for terminals.

May import app, replay and model.
"""
