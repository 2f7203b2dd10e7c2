"""The application: poll feeds, match items to questions, record forecasts, and report.

May import `forecasts` alone; the layers of its folders stand in pyproject.toml.
"""
