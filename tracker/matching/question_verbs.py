"""Main verb of a clause that stood after "Will", told from nouns that are spelt like verbs.

A clause after "will" has one bare verb. Every other word that looks like one is a noun, or
something licenses it: "to", "and", a modal verb, "let", or a clause of its own. So "be" and what
stands before an object are sure, then verbs that are no nouns, then what ends the longest subject.
"""

import re
from typing import Final

from forecasts.essays.drafting.grammar import is_verb as may_be_verb
from forecasts.essays.english import base_form, is_base_form, is_participle, read_words
from tracker.matching.headline_opposites import has_opposite

_ALSO_NOUNS: Final = frozenset(
    """advance age aid aim air answer appeal approach arm arrest attack average award back
    balance ban bar battle beat benefit bet bid bill blast block bomb boost border boycott brake
    break call camp campaign cap capture cause challenge change charge chart check claim climb
    clock close comment contact contract control convict cost count cover crack crash cross cure
    cut damage date deal debate debut decline decrease default delay demand deposit design dip
    dispute dock document double doubt draft drain draw dream drill drink drive drop ease edge
    effect end escape estimate exchange exercise exit export extract fall fear feature field
    fight figure file film finance fine finish fire fit fix flight float flood flow focus force
    forecast form freeze fuel fund gain grade grant grip group guard guide halt hand harvest
    head heat help hike hit hold hope host house impact import incline increase index influence
    interest interview issue judge jump kick label lack land lapse last laugh launch lead leak
    lease leave lend level license lie lift light limit line link list load lobby lock look loop
    mandate march mark market match mean merit mine mirror miss mix model monitor move murder
    name need network notice nuke number offer open orbit order pace pack paint park part pass
    patrol pause pay peak permit pick picture pilot place plan plant play pledge plot plunge
    point poll pool pop port post power practice present press print process produce profile
    profit programme progress project promise protest pull pump purchase pursuit push question
    quiz race raid rain rally range rank rate read rebate rebound rebuff recall record recruit
    reform refund refuse regard release relief remake remark repair repeal reply report request
    rescue research reserve resort respect result retreat return reverse review revolt reward
    ride ring rise risk rock roll route rule run rush sack sail sample sanction scale scan
    schedule score seal search seat sentence service set shake shape share shell shelter shift
    ship shock shoot shop show sign signal sink slide slip slow slump snow sort sound spark
    speed spike split sponsor spot spray spread spring stage stake stamp stand star start state
    stay steer stem step stock stop store storm strain stream stress stretch strike stroke
    struggle study style subject supply support surge surprise survey sweep swing switch tackle
    talk tap target tax team term test thank threat tie time title toll top total touch tour tow
    trace track trade train transfer transit transport travel trial trigger trust try turn twist
    type upgrade use value vary view visit voice vote vow wage wait walk want warrant wash waste
    watch water wave weather welcome whip will win wind wish work worry wound wreck yield""".split()
)
"""Verbs that are as often nouns in questions."""

_WITHOUT_OBJECT: Final = frozenset(
    """advance burn change climb close count crash decline decrease dip double drop ease end fall
    finish fly freeze hold increase jump land last leak move open pass pause peak plunge protest
    rally rebound retreat return rise run sail slide slip slow slump spike split spread stand start
    stay stop strike surge swing vary vote win work""".split()
)
"""Those of them that need no object: "will the strike end"."""

_NOUNS_IN_HEADLINES: Final = frozenset(
    """advance arm arrest attack average ban beat bid bomb call cap capture charge climb control
    convict cut default dock double drop ease export file fire freeze fund hike hold host
    import land lift name orbit order pause peak recall record release rule run sack sanction
    shell ship shoot slip slow strike supply test top tour trigger visit""".split()
)
"""Those of which it holds in headlines without "will", too: "rate cuts", "a test"."""

_VERBS: Final = frozenset(
    """abandon abdicate abolish absorb abstain accelerate accompany account accuse acknowledge
    acquire acquit activate adapt add address adjourn adjust administer admit advertise advise
    affect afford aggregate allege allocate amend analyse analyze apologise apologize appear
    appoint apprehend argue arrange ask assassinate assess assist assume attain attempt attend
    attract attribute authorise authorize awake belong blacklist blame blockade broadcast broker
    cancel carry cease celebrate certify chair cite classify coexist collaborate collect collude
    combine commit complete comply comprise concede conclude conduct confer confirm confront
    consider consist construct consult consume contain contest contribute convene convert
    coordinate coproduce criticise criticize curb curtail decide declassify decommission
    decriminalise decriminalize dedicate defeat defer define degrade delete demolish demote
    denounce depart depend depict deport derail describe designate destroy detain detect
    deteriorate determine detonate develop devote differ digitise diminish discharge disclose
    discontinue discover discuss dismantle dismiss dispatch display disqualify disrupt dissolve
    distribute divest divide divorce donate dwindle earn eat educate elect eliminate emit employ
    enable enact encourage endanger enjoin enlarge enrich enrol enroll ensure equal erode erupt
    evacuate evade evolve examine exceed execute exempt exhaust exist expect experience
    experiment explain explode exploit explore expose express extradite fabricate facilitate
    finalise finalize free fulfil fulfill generate govern graduate guarantee halve harm hear
    hire identify impeach implement implicate imprison incorporate incur indict induce inform
    inherit initiate inject injure inspect install instruct insure integrate intensify intercept
    interfere interrupt investigate invite invoke involve ipo jail kidnap kill learn legislate
    liberate liquidate listen litigate live locate lower merge migrate militarise minimise
    mobilise mobilize modernise modify multiply narrow nationalise nationalize neglect nominate
    normalise normalize notify obey oblige occupy occur omit operate organise organize oust
    outlaw outlive outpace outrank outvote overhaul overrule overthrow overturn own pardon
    participate perform persuade phase-out pioneer plead plummet possess postpone practise
    predict prefer prepare prescribe preserve preside prevail prevent privatise privatize
    proceed proclaim prohibit prolong promote prompt propose prosecute protect prove provide
    publish punish quadruple qualify raise re-elect reaffirm realise realize reappear recapture
    recede receive reclaim recommend reconsider reconvene recuse redeem redesign redraw reelect
    reenter refer reflect refrain regulate reimburse reimpose reinstate reintroduce reinvent
    reissue rejoin relate relax relegate relocate rely remember rename renegotiate renew
    renounce reopen reorganise repay replicate repossess represent reproduce require reschedule
    resemble resettle reside respond restart restrict resubmit retake retaliate retire retract
    reunite reveal revise revive revoke satisfy save scrap secede secure seem seize select
    separate settle shorten skip soar solve specify stabilise stabilize subsidise subsidize
    substitute suggest summon supersede supervise surrender sustain swear teach tend terminate
    testify threaten tighten transform translate transmit treat treble triple undermine unify
    unite unveil update urge utilise validate vanish violate withhold witness worsen""".split()
)
"""Verbs that are hardly ever nouns, beside those of `forecasts.essays.english`."""

BEFORE_NOUNS: Final = frozenset(
    """the a an to of in on at by for with from into against under between during through per as
    than no its their his her first second next new any each every more another""".split()
)
"""Words that the base form of a verb does not follow in a headline."""

_NOUN_ENDS: Final = re.compile(
    r"(?:['’]s|s['’]|-(?:month|year|week|day|hour|quarter|term|based|related|wide|level|free))$"
)
"""Ends of a word that a noun follows: of an owner, or of an adjective of time and kind."""

_OF_VERBS: Final = frozenset("approve complain consist die dispose hear speak think".split())
_LICENCES: Final = frozenset(
    """to and or must can could will would should may might do does did let help make go come
    cannot""".split()
)
"""Words that another bare verb may follow."""

_CLAUSE_STARTS: Final = frozenset(
    """that which who whom whose where when if whether because before after until unless while how
    what why""".split()
)
_FINITE: Final = frozenset("is are was were has have had".split())
_DETERMINERS: Final = frozenset(
    "the a an its their his her all any both each every no another some".split()
)
_NUMBER: Final = re.compile(r"[$€£¥<>≥≤~]*\d")
_QUANTITIES: Final = re.compile(
    r"(?:at (?:least|most)|up to) |(?:over|under|above|below) (?:[$€£¥]\d|\d[\d.,]*%)"
)
_PREPOSITIONS: Final = frozenset(
    (
        *read_words("prepositions"),
        *"above below off out up down back away throughout inside outside near".split(),
    )
)


def is_verb(word: str) -> bool:
    """Return True for the base form of a verb, even if it is a noun as well."""
    return word.islower() and (
        is_base_form(word) or has_opposite(word) or word in _VERBS or word in _ALSO_NOUNS
    )


def is_also_noun(word: str) -> bool:
    """Return True for a verb that is as often a noun."""
    return word in _ALSO_NOUNS


def is_headline_verb(word: str) -> bool:
    """Return True for the base form of a verb that headlines use without "will"."""
    is_known = is_base_form(word) or has_opposite(word) or word in _VERBS
    return word.islower() and (is_known or word in _NOUNS_IN_HEADLINES)


def is_noun_in_headlines(word: str) -> bool:
    """Return True for a verb that in headlines without "will" is as often a noun."""
    return word in _NOUNS_IN_HEADLINES


def may_follow_as_verb(words: list[str], index: int) -> bool:
    """Return True unless the word before it makes a noun of what follows: "the", "Oslo's"."""
    before = words[index - 1]
    return before.lower() not in BEFORE_NOUNS and not _NOUN_ENDS.search(before)


def find_main_verb(words: list[str]) -> int:
    """Return the index of the verb of a clause that stood after "Will"; 0 if none is sure.

    >>> find_main_verb("the twelve-month change in prices in Norway be higher".split())
    7
    >>> find_main_verb("the share of coal that mills use rise".split())
    7
    >>> find_main_verb("the rail strike end".split())
    3
    >>> find_main_verb("Spain ban share sales".split())
    1
    """
    free = _list_free_verbs(words)
    sure = [n for n in free if words[n] == "be" or _has_object(words, n)]
    clear = [n for n in free if not is_also_noun(words[n])]
    if sure or clear:
        return (sure or clear)[0]
    if not free:
        return 0
    ends = [n for n in free if words[n] in _WITHOUT_OBJECT and _starts_adverbial(words, n + 1)]
    return (ends or [free[0]])[-1]


def _has_object(words: list[str], index: int) -> bool:
    """Return True if an object or another verb follows, as it does nowhere within a subject."""
    following = words[index + 1 : index + 3]
    if not following or following[0] in _DETERMINERS:
        return bool(following)
    if not is_verb(words[index]):
        return False
    if following[0] in ("and", "or"):
        second = next((word for word in words[index + 2 :] if not word.endswith("ly")), "")
        return is_verb(second) and not is_also_noun(second)
    return (
        following[0] in ("more", "less", "fewer")
        or _NUMBER.match(following[0]) is not None
        or _QUANTITIES.match(" ".join([*following, ""])) is not None
    )


def _starts_adverbial(words: list[str], index: int) -> bool:
    word = words[index] if index < len(words) else "in"
    return (
        word in _PREPOSITIONS | {"and", "or"}
        or _NUMBER.match(word) is not None
        or word.endswith("ly")
    )


def _list_free_verbs(words: list[str]) -> list[int]:
    """List what may be the main verb: bare verbs that nothing but "will" licenses."""
    free: list[int] = []
    is_clause = False
    for n, word in enumerate(words):
        if n and word in _CLAUSE_STARTS:
            is_clause = True
        elif is_clause and word != "be" and n and _is_finite(words, n):
            is_clause = False
        elif n and _is_bare_verb(words, n) and not _is_licensed(words, n):
            free.append(n)
    return free


def _is_bare_verb(words: list[str], index: int) -> bool:
    word = words[index].rstrip(",")
    if not word.islower() or not may_follow_as_verb(words, index):
        return False
    following = words[index + 1] if index + 1 < len(words) else ""
    if following == "of" and word not in _OF_VERBS:
        return False
    if word == "be" or is_verb(word):
        return True
    is_inflected = base_form(word) != word or word in _PREPOSITIONS
    return following in _DETERMINERS and not is_inflected and may_be_verb(word)


def _is_finite(words: list[str], index: int) -> bool:
    """Return True for the verb of a clause of its own: "who use", "that it signs"."""
    word = words[index].rstrip(",")
    is_form = is_verb(base_form(word)) or is_participle(word)
    return word in _FINITE | _LICENCES - {"to", "and", "or"} or (
        word.islower() and is_form and may_follow_as_verb(words, index)
    )


def _is_licensed(words: list[str], index: int) -> bool:
    before = index - 1
    while before > 0 and words[before].endswith("ly"):
        before -= 1
    follows_verb = words[before].endswith(",") and is_verb(words[before].rstrip(","))
    return before >= 0 and (words[before] in _LICENCES or follows_verb)
