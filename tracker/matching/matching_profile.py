"""Profiles: what items are compared with, a question's own lines or one of its indicators."""

import re
from dataclasses import dataclass

from forecasts.evidence.evidence import Indicator
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.question import Question
from tracker.matching.event_frames import expand_statement
from tracker.matching.priced_things import find_priced_subject

Names = tuple[tuple[str, ...], ...]

_LINK = re.compile(r"https?://\S+")

MAX_BACKGROUND_LENGTH = 250
"""Characters of the criteria that are compared: their first sentences name the subject."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Lines that an item is compared with, each by itself.

    `text` names the profile; `examples` are headlines for its occurrence and `opposites` for the
    opposite; without examples the text is compared, too. `names` are actors and things with their
    spellings, `background` is a text around the subject. `terms` is an AND of ORs that its author
    wrote, and `unless` vetoes. An item has to name the `subject` in one of its spellings, if there
    is one: news of silver is none of gold.
    """

    text: str
    examples: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    names: Names = ()
    background: str = ""
    terms: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines in order: the text, the examples, the opposites."""
        return (self.text, *self.examples, *self.opposites)

    @property
    def sides(self) -> tuple[int, ...]:
        """Side of each line: +1 reports that it occurs, -1 the opposite."""
        return (*((1,) * (1 + len(self.examples))), *((-1,) * len(self.opposites)))

    @property
    def words(self) -> str:
        """The whole content of the profile as one text."""
        spellings = (spelling for name in self.names for spelling in name)
        terms = (term.rstrip("*") for group in self.terms for term in group)
        return "\n".join([*self.lines, *spellings, *self.subject, *terms])


def profile_from_indicator(
    indicator: Indicator, question: Question | None = None, names: Names = ()
) -> Profile:
    """Convert an indicator, with the names and the background of its question if they are given."""
    return Profile(
        indicator.name,
        indicator.examples,
        indicator.opposites,
        names,
        "" if question is None else extract_background(question),
        indicator.terms,
        indicator.unless,
    )


def extract_background(question: Question) -> str:
    """Return the beginning of a question's criteria, without links."""
    return _LINK.sub("", question.criteria)[:MAX_BACKGROUND_LENGTH]


@dataclass(frozen=True, slots=True)
class ConfirmedHeadlines:
    """Headlines that a person confirmed as evidence for YES and for NO, the newest first."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


NO_HEADLINES = ConfirmedHeadlines()


def profiles_from_question(
    question: Question, compiled: CompiledQuestion, confirmed: ConfirmedHeadlines = NO_HEADLINES
) -> tuple[tuple[str, Profile], ...]:
    """Return the profiles of a question's own lines, each with the option it stands for.

    A question with options has one for each, denied by the statements of the others. Headlines that
    usually come before such an event are lines, too; beside them and confirmed ones the statement
    stays an example, so that it goes on to decide the side.
    """
    rivals = {s.option: s.yes for s in compiled.statements if s.option and s.yes}
    profiles = []
    for statement in compiled.statements:
        if not statement.yes:
            continue
        rival_lines = tuple(line for option, line in rivals.items() if option != statement.option)
        opposites = (statement.no,) if statement.no else rival_lines
        towards, away = expand_statement(statement)
        examples, opposites = towards, (*opposites, *away)
        if not statement.option:
            examples, opposites = (*examples, *confirmed.yes), (*opposites, *confirmed.no)
        if examples:
            examples = (statement.yes, *examples)
        profile = Profile(
            statement.yes,
            examples,
            opposites,
            compiled.names,
            extract_background(question),
            subject=find_priced_subject(statement.yes, compiled.names),
        )
        profiles.append((statement.option, profile))
    return tuple(profiles)
