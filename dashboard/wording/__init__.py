"""Numbers, dates, forecasts and states in words. No streamlit, no clock.

They follow the plain formatters of `forecasts.questions.formatting`, in the typography of pages.
A page's own sentences stand in its `text.py`.
"""
