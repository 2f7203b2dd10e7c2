"""Forecasts made elsewhere: each source, spreadsheets, accounts, and the way back."""
