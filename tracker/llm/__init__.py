"""Language model adviser: requests, validation of answers, and their storage.

May import ingestion, questions, storage, matching, feeds, model and settings.
"""
