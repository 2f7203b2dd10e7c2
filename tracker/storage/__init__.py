"""The database: one module for each kind of row, in the caller's session. Only here is SQL.

May import model, matching, feeds and files.
"""
