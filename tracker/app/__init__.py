"""The application: `Tracker` with its services, and question sets in and out.

May import everything below: reports, ingestion, llm, essays, questions, storage, matching, feeds,
model.
"""
