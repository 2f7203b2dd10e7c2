"""Scenario sets, links between questions, and repairs of incoherent forecasts.

May import what questions may, and the modules of questions.
"""
