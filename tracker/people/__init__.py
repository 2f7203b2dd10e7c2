"""Accounts: passwords, log-in, invitations, and tokens of programs.

May import storage, model and errors.
"""
