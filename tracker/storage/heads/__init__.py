"""Signed heads of the log: the key that signs them, and the places outside the database.

May import model, files and errors.
"""
