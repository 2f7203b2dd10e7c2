"""What waits for news: an indicator, or a question by its own text, as the matcher sees it."""

from dataclasses import dataclass

from forecasts.evidence.evidence import Indicator


@dataclass(frozen=True, slots=True)
class Profile:
    """Something that items are held against.

    `text` says what it is in a sentence, `examples` and `opposites` are phrasings in which it
    happens and in which the opposite does, `aliases` further names of its subject. `terms` is an
    AND of ORs that its author wrote, and `unless` vetoes. Two indicators that say the same are one
    profile.
    """

    text: str
    examples: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    terms: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The texts that an item can be near to: the sentence itself and every phrasing."""
        return (self.text, *self.examples, *self.opposites)

    @property
    def words(self) -> str:
        """Everything that the profile says, as one text."""
        return "\n".join(
            [
                *self.phrasings,
                *self.aliases,
                *(term.rstrip("*") for group in self.terms for term in group),
            ]
        )


def profile_of(indicator: Indicator) -> Profile:
    """An indicator as a profile; the same for every question that it bears on."""
    return Profile(
        indicator.name,
        indicator.examples,
        indicator.opposites,
        (),
        indicator.terms,
        indicator.unless,
    )
