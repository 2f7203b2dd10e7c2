"""Statements: what a report can say, written down once for all questions that it bears on."""

from dataclasses import dataclass
from typing import NewType

StatementId = NewType("StatementId", str)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence about the world that news can affirm or deny, with the indicators that it speaks
    for and against.

    `yes` and `no` hold ids of indicators as their file has them, before the question's id is put in
    front: a report that affirms the statement is one of those in `yes`, and the opposite of those
    in `no`. `examples` are phrasings that affirm it, `opposites` ones that deny it, `aliases` other
    names of who and what it is about, in any language.

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
