"""Things with a price, and their usual spellings: what news of a price has to name."""

import re
from typing import Final

_PRICED: Final = tuple(
    tuple(line.split("|"))
    for line in """
    gold|bullion|XAU
    silver
    copper
    platinum
    palladium
    nickel
    aluminium|aluminum
    iron ore
    Brent|crude|oil
    WTI|crude|oil
    crude|oil|Brent|WTI
    oil|crude|Brent|WTI|petroleum
    natural gas|gas|TTF|LNG
    gas|petrol|gasoline|TTF|LNG
    petrol|gasoline|fuel
    wheat|grain
    corn|maize|grain
    coal
    uranium
    lithium
    bitcoin|BTC|crypto
    ethereum|ether|ETH|crypto
    ruble|rouble|rubles|roubles
    rupee|rupees
    euro|euros|EUR
    yen
    yuan|renminbi
    lira
    pound|sterling
    dollar|USD|greenback
    """.strip().splitlines()
)
_SPELLINGS: Final = {line[0].strip().lower(): tuple(w.strip() for w in line) for line in _PRICED}
_PRICE: Final = re.compile(
    r"^(?P<priced>.+?)\s+(?:rises|falls|stays|drops|closes|costs?|hits?|tops)\b"
    r"(?:\s+(?:above|below|to)\s+[$€£¥₹\d]|$)",
)


def find_priced_subject(statement: str, names: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Return the spellings of the priced thing of a statement, or of the name that has a value.

    >>> find_priced_subject("Gold rises above $4,500", ())
    ('gold', 'bullion', 'XAU')
    >>> find_priced_subject("Market value of Nvidia rises above $5 trillion", (("Nvidia",),))
    ('Nvidia',)
    >>> find_priced_subject("Russia captures Rodynske", (("Russia",), ("Rodynske",)))
    ()
    """
    match = _PRICE.match(statement)
    if match is None:
        return ()
    priced = match["priced"]
    for name, spellings in _SPELLINGS.items():
        if re.search(rf"\b{re.escape(name)}\b", priced, re.IGNORECASE):
            return spellings
    for spellings in names:
        if re.search(rf"\b{re.escape(spellings[0])}\b", priced):
            return spellings
    return ()
