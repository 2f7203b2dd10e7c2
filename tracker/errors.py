"""Exceptions raised by the tracker.

    TrackerError
    ├── BadSettings          a setting that cannot be used
    ├── NotFound             no question, evidence, forecaster, feed or set of that name
    ├── Refused              a request that is not possible now, with the reason
    │   ├── Unresolvable     a question that the linter objects to, with its findings
    │   └── KeyReused        the key of a request that belongs to another one
    ├── Forbidden            a use case that the acting role may not use
    ├── DatabaseTooNew       the database was written by a newer version
    ├── AlreadyRunning       another scheduler holds this database
    ├── LeadershipLost       this scheduler no longer holds the lock of its database
    ├── StorageUnavailable   the database is locked, full or unreachable
    │   └── ServerAway       no server answers, or it takes no connection yet
    └── StorageDamaged       the database file is corrupt, or is no database at all

Expected failures of the outside world (a feed is down, an entry is broken) are values, not
exceptions. Bad forecasts and questions raise the errors of `forecasts.errors`.
"""

from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw


class TrackerError(Exception):
    """Base of all errors of the tracker; the message is one line and says what to do."""


class BadSettings(TrackerError):
    """A setting that is unknown, unreadable or out of range."""


class NotFound(TrackerError):
    """No object of that kind has that name; `near` are similar names, the closest first.

    `hint` says what to do at the command line; other interfaces describe it with their own.
    """

    def __init__(self, kind: str, name: object, hint: str, near: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.name = name
        self.near = near
        super().__init__(self.describe(hint))

    def describe(self, hint: str) -> str:
        """Describe what is missing in a line, with the similar names and a hint.

        >>> NotFound("question", "oli", "see the list", ("oil",)).describe("ask anew")
        'there is no question oli: did you mean oil? ask anew'
        """
        guess = f"did you mean {' or '.join(self.near)}? " if self.near else ""
        return f"there is no {self.kind} {self.name!s}: {guess}{hint}"


class Refused(TrackerError):
    """A request that is not possible in the current state."""


class Unresolvable(Refused):
    """A question with blocking linter findings, which are its `flaws`."""

    def __init__(self, question_id: str, flaws: "tuple[Flaw, ...]") -> None:
        self.flaws = flaws
        findings = " ".join(
            f"{flaw.reason[:1].upper()}{flaw.reason[1:]}. {flaw.fix}" for flaw in flaws
        )
        super().__init__(
            f"a stranger could not resolve {question_id}. {findings} Or override this with a reason"
        )


class KeyReused(Refused):
    """The key of a program's request that belongs to another request."""


class Forbidden(TrackerError):
    """A use case for which the role of whoever acts is not enough; the message names both."""

    is_logged = False
    """True once the refusal is in the log."""


class DatabaseTooNew(TrackerError):
    """The database was written by a newer version of the tracker."""


class AlreadyRunning(TrackerError):
    """Another scheduler already works on this database; the message names it."""


class LeadershipLost(TrackerError):
    """This scheduler lost the lock of its database, so another one may be running."""


class StorageUnavailable(TrackerError):
    """The database is temporarily unusable; the transaction was rolled back and can be retried."""


class ServerAway(StorageUnavailable):
    """No database server answers, or it takes no connection now; waiting may help."""


class StorageDamaged(TrackerError):
    """The database file is corrupt, or is no database; a retry cannot help."""


def escape_control_characters(text: str) -> str:
    """Escape control and unprintable characters (such as \\n), so that the text is one line."""
    return "".join(
        c
        if c.isprintable() or category(c) == "Zs"
        else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )
