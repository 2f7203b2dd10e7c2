"""Profiles: indicators, or questions by their own text, as the matcher sees them."""

from dataclasses import dataclass

from forecasts.evidence.evidence import Indicator


@dataclass(frozen=True, slots=True)
class Profile:
    """Description that items are matched against.

    `text` is a sentence, `examples` and `opposites` are phrasings for its occurrence and for the
    opposite, `aliases` further names of its subject. `terms` is an AND of ORs that its author
    wrote, and `unless` vetoes. Two indicators with the same content are one profile.
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
        """The whole content of the profile as one text."""
        return "\n".join(
            [
                *self.phrasings,
                *self.aliases,
                *(term.rstrip("*") for group in self.terms for term in group),
            ]
        )


def profile_from_indicator(indicator: Indicator) -> Profile:
    """Convert an indicator; the profile is the same for all questions of the indicator."""
    return Profile(
        indicator.name,
        indicator.examples,
        indicator.opposites,
        (),
        indicator.terms,
        indicator.unless,
    )
