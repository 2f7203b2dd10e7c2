"""Exceptions raised for invalid forecasts, questions and question sets.

    ForecastsError
    ├── InvalidProbability   an invalid probability
    ├── InvalidTime          a time without zone, or times in the wrong order
    ├── InvalidForecast      an impossible forecast act (too late, nothing to undo, …)
    ├── InvalidQuestion      a question that is incomplete for its kind
    ├── InvalidResolution    an outcome that contradicts the question's times
    ├── InvalidQuestionSet   an invalid question set file: file, line, reason
    └── InvalidCatalogue     an invalid catalogue of measurable things: entry, reason

Each message is one line for users: what is wrong and what to do.
"""


class ForecastsError(ValueError):
    """Base class of all errors of this package, raised for invalid input."""


class InvalidProbability(ForecastsError):
    """Number outside [0, 1] or NaN; it is never clipped."""


class InvalidTime(ForecastsError):
    """Time that has no zone, cannot be parsed, or is out of order."""


class InvalidForecast(ForecastsError):
    """Forecast act that is not possible on this question now."""


class InvalidQuestion(ForecastsError):
    """Question that lacks the options, range or prior that its kind needs."""


class InvalidResolution(ForecastsError):
    """Resolution that contradicts the question's times or lacks a source."""


class InvalidQuestionSet(ForecastsError):
    """Invalid question set.

    Attributes: `file` (name inside the set), `line` (1-based), `reason`.
    """

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}:{line}: {reason}")


class InvalidCatalogue(ForecastsError):
    """Invalid catalogue of measurable things.

    Attributes: `entry` (its id), `reason`.
    """

    def __init__(self, entry: str, reason: str) -> None:
        self.entry = entry
        self.reason = reason
        super().__init__(f"{entry}: {reason}")
