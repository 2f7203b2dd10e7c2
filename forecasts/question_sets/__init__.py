"""Parsers and writers of the TOML files of a question set."""
