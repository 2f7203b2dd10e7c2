"""Drafts of questions from claims: kind, terms, figures and dates.

May import what essays may, and the modules of essays.
"""
