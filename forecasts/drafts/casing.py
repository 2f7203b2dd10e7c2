"""Capitals: words at the beginning of a sentence, and the same words within one."""

from typing import Final

_SMALL: Final = frozenset(
    """there it in on at by for with under over from after before despite without through during the a an its their
    his her our this that these those both all some many most more such another any each every no trade inflation
    unemployment growth exports imports prices output demand sanctions tensions relations oil gas interest public
    rising falling growing declining increasing mounting global world economic political military western further
    new other deficits rates voters workers companies investors banks climate energy wages debt people half""".split()
)
"""Words with which sentences begin and no name does."""


def sentence_case(said: str) -> str:
    """The words with a capital at their beginning.

    >>> sentence_case("the EU")
    'The EU'
    """
    return said[:1].upper() + said[1:]


def lowered(subject: str) -> str:
    """A subject as it stands within a sentence: "The war" → "the war"; a name stays.

    >>> lowered("The war"), lowered("China"), lowered("EU members")
    ('the war', 'China', 'EU members')
    """
    first = subject.split(" ", 1)[0]
    return subject[:1].lower() + subject[1:] if first.lower() in _SMALL or first.endswith("tion") else subject
