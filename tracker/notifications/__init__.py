"""Notifications: what people are told of, when, and through which channels.

May import questions, storage, feeds, model and errors.
"""
