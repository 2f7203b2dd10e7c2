"""What can go wrong with a forecast, a question or a question set.

    ForecastsError
    ├── InvalidProbability   a number that is no probability
    ├── InvalidTime          a time without zone, or times in the wrong order
    ├── InvalidForecast      a forecast that may not stand (too late, nothing to undo, …)
    ├── InvalidQuestion      a question without what its kind needs
    ├── InvalidResolution    an outcome that contradicts the question's times
    └── InvalidQuestionSet   a question set file that cannot be used: file, line, reason

Each message is one line that says what is wrong and what to do, fit to be shown to a person.
"""


class ForecastsError(ValueError):
    """Base of every error of this folder; catching it catches bad input, never a bug."""


class InvalidProbability(ForecastsError):
    """A number outside [0, 1], or no number at all. It is refused, never moved until it fits."""


class InvalidTime(ForecastsError):
    """A time without a zone, unreadable, or out of order."""


class InvalidForecast(ForecastsError):
    """A forecast act that is not possible on this question now."""


class InvalidQuestion(ForecastsError):
    """A question that lacks the options, the range or the prior that its kind needs."""


class InvalidResolution(ForecastsError):
    """A resolution that contradicts the question's times or lacks a source."""


class InvalidQuestionSet(ForecastsError):
    """A question set that cannot be used.

    Attributes: `file` (name inside the set), `line` (1-based), `reason`.
    """

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}:{line}: {reason}")
