"""Domain of the tracker: forecasts, evidence and scoring. Pure: no clock, no I/O.

An *essay* makes *claims*; a claim becomes a *question* that can be resolved. *Indicators*, defined
in advance, state what would bear on it; a *story* that matches one is *evidence*. A *forecaster*
holds a *forecast* (a distribution) on half-open intervals of time. The *suggestion* adds prior,
time and evidence in log-odds. A *resolution* answers the question, and a *score* with its *receipt*
rates each forecaster.
"""
