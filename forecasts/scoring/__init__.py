"""How good was it? One forecast, forecasts over time, forecasters against others and against
references.
"""
