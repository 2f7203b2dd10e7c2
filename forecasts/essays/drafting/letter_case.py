"""Letter case of words at the start of a sentence and within one."""

from typing import Final

_COMMON_WORDS: Final = frozenset(
    """there it in on at by for with under over from after before despite without through during the
    a an its their his her our this that these those both all some many most more such another any
    each every no trade inflation unemployment growth exports imports prices output demand sanctions
    tensions relations oil gas interest public rising falling growing declining increasing mounting
    global world economic political military western further new other deficits rates voters workers
    companies investors banks climate energy wages debt people half one two three four five six
    seven eight nine ten twelve twenty fifty hundreds thousands millions dozens several few much
    nobody everybody anybody somebody everyone anyone someone nothing everything neither either none
    whoever whatever what markets fares airlines suppliers startups governments countries states
    cities towns homes houses shops stores farmers factories plants firms businesses regulators
    lawmakers politicians ministers critics analysts economists experts officials observers
    employers employees consumers customers buyers sellers traders shareholders lenders borrowers
    households families children women men students teachers doctors patients users developers
    makers shipments sales profits earnings revenues margins costs taxes tariffs subsidies imports
    budgets spending lending borrowing investment production consumption productivity migration
    immigration crime poverty inequality temperatures emissions weather water food wheat coal
    electricity power supplies shortages strikes protests talks negotiations elections turnout
    support opposition passengers tourists travel traffic freight shipping aircraft cars trucks
    trains ships drones weapons troops soldiers courts judges schools universities hospitals
    newspapers domestic foreign national local regional international central private large small
    big young old rich poor early late high low higher lower cheaper cheap expensive real nominal
    core average grounded short-haul long-haul house share bond currency currencies commodity
    commodities stocks shares bonds yields peace war hopes fears pressure demand supply rents
    mortgages loans deposits reserves insurers pensions retailers refugees migrants
    asylum""".split()
)
"""Words that start sentences and hardly ever names."""

_NAME_PRECEDERS: Final = frozenset(
    """there it in on at by for with under over from after before despite without through during the
    a an its their his her our this that these those both all some many most more such another any
    each every no one two three four five six seven eight nine ten twelve twenty fifty several few
    neither either none half""".split()
)
"""Words among them that may precede a name."""


def capitalise_sentence(text: str) -> str:
    """Capitalise the first letter.

    >>> capitalise_sentence("the EU")
    'The EU'
    """
    return text[:1].upper() + text[1:]


def lowercase_subject(subject: str) -> str:
    """Lower-case the start of a subject within a sentence: "The war" → "the war"; names stay.

    >>> [lowercase_subject(s) for s in ("The war", "China", "EU members", "Central Asia")]
    ['the war', 'China', 'EU members', 'Central Asia']
    """
    first, _, remainder = subject.partition(" ")
    is_small = is_common_word(first) and (
        first.lower() in _NAME_PRECEDERS or not remainder[:1].isupper()
    )
    return subject[:1].lower() + subject[1:] if is_small else subject


def is_common_word(word: str) -> bool:
    """Return True if a capitalised word is known to be no name.

    >>> is_common_word("Exports"), is_common_word("Airbus")
    (True, False)
    """
    return word.lower() in _COMMON_WORDS or word.endswith(("tion", "tions", "ment", "ments"))
