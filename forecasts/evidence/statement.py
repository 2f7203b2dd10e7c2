"""Statements: sentences shared by the indicators of several questions."""

from dataclasses import dataclass
from typing import NewType

StatementId = NewType("StatementId", str)


@dataclass(frozen=True, slots=True)
class Statement:
    """Sentence that news can affirm or deny, with the indicators for and against it.

    `yes` and `no` hold ids of indicators as their file has them, without the question's prefix: a
    report that affirms the statement matches those in `yes`, and the opposite of those in `no`.
    `examples` are phrasings that affirm it, `opposites` ones that deny it, `aliases` other names of
    its subject, in any language.

    >>> Statement(StatementId("Q1_neutral"), "The country stays neutral.", yes=("abstains",)).no
    ()
    """

    id: StatementId
    text: str
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
