"""Language model adviser: requests, validation of answers, and their storage.

May import questions, storage, feeds, model and settings.
"""
