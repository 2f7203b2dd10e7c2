"""Cues of a sentence: modal verbs with their subjects, tenses, times and frames.

Heuristic, no parser: verbs are told by their neighbours. Patterns are matched against the text as
`normalise_spelling` returns it: lower case, one space between words and marks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal

from forecasts.essays.english import is_participle, is_past

UNKNOWN_YEAR: Final = 2026
"""Year after which a year is ahead in an essay that does not tell when it was written."""

MAX_CHARACTERS: Final = 1_500
"""Characters examined of a sentence; a longer one is a table or a list without line breaks."""

_VARIANTS: Final = str.maketrans("‘’ʼ“”„«»\u00a0\u202f\u2007\u2009‑", '\'\'\'"""""    -')
_LINK: Final = re.compile(r"\]\([^)\s]{0,300}\)|https?://\S{1,300}")
_MAY: Final = re.compile(r"\bMay\b(?!\s+(?:I|we|you|it|he|she|they|the)\b)")
_WILL: Final = re.compile(r"(?<=[\w,;)] )Will\b|^\W{0,3}Will(?= [A-Z][a-z]+ [^?]*$)")
_CONTRACTIONS: Final = tuple(
    (re.compile(pattern), full)
    for pattern, full in (
        *((r"\bwon't\b", "will not"), (r"\bshan't\b", "shall not"), (r"\bi'm\b", "i am")),
        *((r"\b(?:can't|cannot)\b", "can not"), (r"n't\b", " not"), (r"'ll\b", " will")),
        *((r"'ve\b", " have"), (r"'re\b", " are"), (r"\bgonna\b", "going to")),
        (r"\b(i|you|he|she|it|we|they)'d\b(?! (?:better|rather|been))", r"\1 would"),
        (r"\b(it|that|there|he|she|what|who|here|where|how)'s\b", r"\1 is"),
    )
)
_TOKEN: Final = re.compile(
    r"\d[\d.,]*\d(?!\w)|\d+\w*|(?:[a-z]\.){2,6}|[^\W\d_]+|'s\b|[,;:.?!$€£%()\"]"
)


def normalise_spelling(text: str) -> str:
    """Normalise a sentence to lower-case tokens between single spaces, with a space at both ends.

    The month of May and the name Will are replaced, so that they are not taken for verbs.

    >>> normalise_spelling("It *won't* end in May, he says.")
    ' it will not end in month , he says . '
    """
    text = text[:MAX_CHARACTERS].translate(_VARIANTS)
    if "[" in text or "://" in text:
        text = _LINK.sub(" ", text)
    text = _WILL.sub("someone", _MAY.sub("month", text)).lower()
    if "'" in text or "cannot" in text or "gonna" in text:
        for pattern, replacement in _CONTRACTIONS:
            text = pattern.sub(replacement, text)
    return f" {' '.join(_TOKEN.findall(text))} "


_ARE: Final = (
    r" (?:is|are|be|am|seems?|looks?|appears?|now)(?: [a-z]+ly| now| not| still| also| all)?"
)
_NUMBERS: Final = r"(?:an?|one|two|three|four|five|six|ten|twenty|fifty|few|several|many|some|\d+)"
_SPANS: Final = r"(?:years?|months?|weeks?|days?|decades?|centur(?:y|ies)|generations?|quarters?)"
_SEASONS: Final = (
    r"(?:spring|summer|autumn|fall|winter|election|january|february|march|april|june|july|august"
    r"|september|october|november|december)"
)
_MARKERS: Final = (  # name, modality, pattern: words that commit the writer
    ("going to", 0.95, rf"{_ARE} (?:going|about|bound|set|due|destined|doomed|poised|primed"
     r"|scheduled|slated|sure|certain|guaranteed|on (?:course|track)|head(?:ing|ed)) (?:to|for"
     r"|towards?)(?= )"),
    ("expected", 0.8, r" (?:(?:is|are) (?:widely |generally )?(?:expected|forecast|predicted"
     r"|projected|anticipated|tipped)|expects?(?! what)|predicts?|projects|anticipates?"
     r"|foresees?|forecasts? (?:that|the|a|[a-z]+s)|prophesy|reckons?|(?:threatens?|threaten"
     r"|promises?) to|bodes?|augurs?|(?:bad|good) (?:sign|omen|news) for|(?:my|our|the)"
     r" (?:(?:base|central|baseline) (?:case|scenario)|expectation|guess|bet|prediction"
     r")|i (?:bet|suspect|fear))(?= )"),
    ("likely", 0.75, r"(?: (?:is|are|be|seems?|looks?|more|most|less|very|quite|highly|as))?"
     r" (?:likely|unlikely|probably|probable|improbable|presumably|almost certainly|in all"
     r" probability)(?= )"),
    ("inevitable", 0.9, r" (?:inevitabl[ey]|unavoidable|sooner or later|matter of time"
     r"|eventually|ultimately|days are numbered|(?:is|means?|spells?) the end of|no end in sight"
     r"|beyond doubt|no doubt|surely|certainly|impossible|hopeless|doomed|verge|brink|eve of|no"
     r" way back|no turning back|not (?:going away|coming back)|yet to come|still to come|comes?"
     r" next)(?= )"),
    ("chance", 0.5, r" (?:expectations?|projections?|forecasts|chances?|odds|risks?|dangers?"
     r"|threats?|prospects?|possibility|likelihood|probability|potential|doubtful)(?= )"),
    ("open question", 0.5, r"^ (?:but |and |yet )?whether(?= )| (?:hinges? on|anyone 's guess"
     r"|remains? to be seen|open question|remains? (?:unclear|uncertain|open)|(?:is|are)"
     r" (?:unclear|uncertain)|no one (?:can|knows)|nobody knows|(?:hard|difficult) to (?:see"
     r"|imagine|believe)|time will tell)(?= )"),
    ("time ahead", 0.6, r" (?:(?:by|before|until|till|within|over|in|for|during) (?:the"
     rf" )?(?:next|coming|following|rest of the|remainder of the)|next (?:{_SPANS}|{_SEASONS}"
     rf"|generation|time|few|two|three|five|ten)|(?:in|within) {_NUMBERS}(?: or {_NUMBERS})?(?:"
     rf" more)? {_SPANS}(?: time| hence| from now)?(?! (?:of|before|after))|{_SPANS} (?:hence"
     r"|ahead|from now|to come)|tomorrow|in (?:the )?(?:near |distant |long )?(?:future|long"
     r" run|long term|short term|medium term)|from now on|later this|this (?:weekend|year"
     r"|decade|autumn|winter|spring|summer|fall)|soon(?:er)?|before long|in due (?:time|course)"
     r"|by then|for (?:years|generations|decades)|(?:up)?coming|looking ahead|(?:by|until|at"
     r"|before) the (?:end|middle|turn|close) of|future|(?:longer|near|long) term)(?= )"),
    ("aim of others", 0.6, r"(?<! i)(?<! we)(?: am| are)? (?:wants?|plans?|intends?|aims?|hopes?"
     r"|vows?|pledges?|prepares?|preparing|planning|tr(?:y|ies)|refuses?) to(?= )"),
)  # fmt: skip
_CUES: Final = (
    ("if", r"(?:^|[,;:]) (?:(?:but|and|so|yet|even|only) )*(?:if|unless|provided|assuming|once"
     r"|without|should) | (?:if|unless) "),
    ("when", r"(?:^|[,;:]) (?:but |and )?(?:when|as|while|until|after) "),
    ("question", r" \? "),
    ("reader", r" (?:you|your) "),
    ("speaker", r"^ (?:[a-z]+ , |but |and |so |then , |finally , )?(?:i|we|my|our) "),
    ("the text itself", r" (?:this|the|these|next|last|previous|above|below) (?:post|essay"
     r"|article|chapter|section|paper|blog|speech|figure|table|chart|report|question|topic"
     r"|remarks|book|website|comment|discussion|guide|page)s? | (?:let us|let me|thanks?|thank"
     r" you|welcome|see here|as i (?:said|mentioned|see|have)|i (?:would|will|shall|want to|am"
     r" going to)|it is a pleasure|look(?:ing)? forward|figure \d+) "),
    ("move in figures", r" should(?: not| soon| again| then)? (?:fall|rise|stay|exceed|expand"
     r"|grow|reach|remain|drop|shrink|decline|increase|slow|recover|double|return|end|hold|ease"
     r"|hit|be [a-z]+ing) .*(?: \d| next | by | percent | million | billion | trillion )"),
    ("ought", r" (?:must|ought to|needs? to|(?:has|have) to|should|imperative|essential|let us)"
     r" "),
    ("wish", r" (?:would like|wants? to|i hope|we hope|hoping|excited|wish|glad|happy to|pleased"
     r"|plan to|intend to|i am determined|going to (?:talk|discuss|show|look|try)) "),
    ("polite phrase", r" you will (?:need|see|find|notice|want) | (?:would|may|might|could|can"
     r"|must|should|will)(?: not| well| also| even)? (?:seem|sound|appear|say|argue|think|call"
     r"|ask|cite|imagine|include|like|be (?:wrong|kind|kinder|nice|fair|foolish|said|called"
     r"|termed|classed|likened|noted|remembered|recalled|forgiven|asked|thought|seen|found"
     r"|described|summari[sz]ed|too soon|worth|viable|sure|tempting|easy to)) "),
    ("indirect question", r" (?:what|how|which|whether|where|when|whoever)(?: [a-z]+){1,7}"
     r" (?:will|shall|would|may|might|could) "),
    ("general rule", r" (?:tends?|usually|often|generally|typically|sometimes|whenever|every"
     r" time|in general|always|in principle|anyone|any|everyone) "),
    ("continues", r" (?:continues?|continuing|keeps?|persists?|remains?|stays?|still|lasts?) "),
    ("rising", r" (?:increasing(?:ly)?|growing|rising|falling|declining|shrinking|becoming"
     r"|mounting|slowing|weakening|widening|accelerating|on the rise|more and more) "),
    ("progressive tense", r" (?:is|are)(?: [a-z]+ly| now| also| already| still| not)?"
     r" [a-z]{2,}ing "),
    ("cause", r" (?:leads? to|results? in|because|cause[sd]?|due to|therefore|thus|hence|makes?"
     r"|drives?|contribut(?:es?|ed|ing)|means?|allows?|enables?|benefits?|consequences?"
     r"|threatens?|sign for|lead to|result in) "),
    ("past time", r" (?:ago|last (?:year|month|week|spring|summer|fall|autumn|winter|century"
     r"|night)|yesterday|in those days|at the time|used to|earlier|once upon|formerly|in the"
     r" past|previous) "),
    ("present time", r" (?:since|so far|recent(?:ly)?|already|lately|in recent|over the past|now"
     r"|today|currently|at present) "),
    ("perfect tense", r" (?:has|have)(?: not| [a-z]+ly| already| also| never| ever| now)?"
     r" (?:been|[a-z]+ed|become|grown|fallen|risen|made|taken|seen|led|begun|come|gone|lost|won"
     r"|had|put|kept|met) "),
    ("number", r" \d| percent | % | \$ | million | billion "),
    ("comparison", r" (?:more|less|fewer|greater|larger|smaller|higher|lower|better|worse|faster"
     r"|slower|stronger|weaker|[a-z]{3,}er than) "),
)  # fmt: skip
_MARKER_PATTERNS: Final = tuple((n, m, re.compile(p)) for n, m, p in _MARKERS)
_CUE_PATTERNS: Final = tuple((name, re.compile(pattern)) for name, pattern in _CUES)
_FRAME: Final = re.compile(
    rf" {_SPANS} (?:hence|from now) | (?:one|another|the other) possible | world (?:in which|where)"
    r" | of the future | scenarios? "
)
"""Words after which the next sentences may be set in a time to come."""

_SCENE: Final = re.compile(
    r"^ (?:but |and |so |now , |next , )?(?:let us )?(?:imagine|suppose|picture|consider (?:an?|one"
    r"|the (?:other|following))) "
)
_DATED: Final = re.compile(
    r"^ (?:[a-z]+ )?(?:, )?(?:in|by|around|after|during|at)(?: [a-z]+){0,4} (?:20|21)\d\d "
)
_FRAME_END: Final = re.compile(
    r"^ (?:but |and )?(?:today|now|currently|at present|so far|back) | (?:currently|so far|at"
    r" present|since (?:1[5-9]|20)\d\d|recently) "
)
_DEADLINE: Final = re.compile(r" (?:by|before|until|till) (?:the )?(?:year )?(?:20|21)\d\d(?= )")
_YEAR: Final = re.compile(r"(?:1[5-9]|20|21)\d\d(?:s)?")

_MODALITIES: Final[Mapping[str, float]] = MappingProxyType(
    {"will": 1.0, "shall": 1.0, "would": 0.8, "should": 0.7, "can": 0.6, "may": 0.5, "could": 0.5}
    | {"might": 0.4}
)
_ADVERBS: Final = frozenset(
    """also now already still not never soon thus then only just even ever perhaps very quite rather
    well almost always often once all both again yet far so therefore however instead too in fact
    long further more no longer each one day""".split()
)
_DETERMINERS: Final = frozenset(
    """the a an their its his her our my your of no 's such good free own political popular iron
    military divine national public ill strong last god against""".split()
)
"""Words before the nouns "will" and "might"."""

_NOT_VERBS: Final = frozenset("of to and or , . ; : was were is are the in for as that".split())
_CLAUSE_STARTS: Final = frozenset(("", '"', *", but and so then how what when why".split()))
_PEOPLE: Final = frozenset("i we you one anyone whoever".split())
_RELATIVES: Final = frozenset("who which what whoever whatever whom".split())
_PAST_FORMS: Final = frozenset("was were had did".split())
_PRESENT_FORMS: Final = frozenset("is are has have will would may might could can should".split())
_AUXILIARIES: Final = frozenset(
    """is are be been being am was were has have had having get gets got not the a an of by to this
    that these those its their his her our my your and , as with no very so most more""".split()
)
"""Words before a participle, not before a verb in the past tense."""

_STRONG: Final = frozenset(
    ("will", "will of all", "going to", "expected", "likely", "may", "could", "would", "year ahead")
)
_FORWARD: Final = frozenset(
    ("going to", "expected", "likely", "should expect", "chance", "aim of others", "inevitable")
) | {"open question", "dated scene"}
_REAL: Final = _STRONG | {"will of mine", "can", "can not", "should expect"}
"""Cues with which a sentence tells more than what might have been."""

_HAVE: Final = (
    r"(?:would|could|might|should)(?: not| never| [a-z]+ly| also| long| since| even)* have"
    r"(?: not| never| [a-z]+ly| already| also| long| since)* (?P<done>[a-z]+)(?= )"
)
_INVERTED: Final = re.compile(
    r"^ (?:(?:but|and|so|yet) )?(?:would|could|might|should)(?: [a-z0-9']+){1,6}? have"
    r" (?P<done>[a-z]+)(?= )"
)
_MIGHT_HAVE: Final = re.compile(rf" {_HAVE}")
_HAD: Final = re.compile(
    r"(?:^ (?:(?:but|and|so|yet) )?had (?!to )|(?<! as) (?:if|unless)(?: [a-z0-9']+){1,6}? had"
    r" (?:not |never )?(?P<done>[a-z]+) ).* (?=(?:would|could|might) )"
)
"""Condition that did not come about: "had it rained, it would", "if it had rained, it would"."""

_SOME_DAY: Final = re.compile(r"(?:for (?:years|generations|decades)|(?:later )?this|future|soon)")
"""Beginnings of times ahead that a tale of what might have been may have, too."""

_ORDER: Final = (
    *("will", "will of all", "going to", "expected", "likely", "would", "may", "could"),
    *("should expect", "can not", "could not", "inevitable", "chance", "open question", "should"),
    *("modal in a relative", "can", "can of people", "aim of others", "time ahead"),
)
"""Markers by how much they say; the first one found is the cue of the sentence."""


Frame = Literal["", "frame", "scene"]


@dataclass(frozen=True, slots=True)
class Marker:
    """Words by which a sentence looks ahead, and how sure they sound, 0 to 1."""

    words: str
    modality: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Names of the cues of a sentence, and the marker that commits the writer, if any.

    `is_unreal`: it tells only what would have been; then it has no marker. `ends_frame`: it tells
    of the past or of today, and of no time ahead; `opened`: the sentences
    after it are ("scene") or may be ("frame") set in a time to come; `weight`: how strongly it
    looks ahead, 0 to 1, for its neighbours.
    """

    names: frozenset[str]
    marker: Marker | None
    ends_frame: bool
    opened: Frame
    weight: float
    is_unreal: bool = False


def read_sentence(spelling: str, present_year: int) -> Reading:
    """Return the cues of a normalised sentence by itself; `present_year` is 0 if unknown."""
    tokens = spelling.split()
    markers = {name: Marker(words, sure) for name, words, sure in _find_modals(tokens)}
    for name, modality, pattern in _MARKER_PATTERNS:
        if match := pattern.search(spelling):
            markers[name] = Marker(match[0].strip(), modality)
    names = {*markers, *(name for name, pattern in _CUE_PATTERNS if pattern.search(spelling))}
    names |= _name_times(spelling, tokens, present_year)
    names |= {"expected"} if "move in figures" in names else set()
    opened: Frame = ""
    is_unreal = _is_unreal(spelling, names, markers.get("time ahead"))
    if "past tense" not in names:
        is_told = "dated scene" in names and not markers  # "in 2060 all ports are free"
        is_scene = is_told or _SCENE.match(spelling)
        opened = "scene" if is_scene else "frame" if _FRAME.search(spelling) else ""
    is_past = bool({"past tense", "past time", "past year"} & names or _FRAME_END.search(spelling))
    return Reading(
        frozenset(names | _combine(names)),
        None if is_unreal else next((markers[name] for name in _ORDER if name in markers), None),
        is_past and "year ahead" not in names,
        opened,
        0.0 if is_unreal else min(2, len(_STRONG & names)) / 2,
        is_unreal,
    )


def _is_unreal(spelling: str, names: Set[str], ahead: Marker | None) -> bool:
    """Return True if all that a sentence says with a modal verb is what would have been.

    A time ahead makes a prediction of it: "by 2040 the lake would have dried up".
    """
    if "year ahead" in names or (ahead and not _SOME_DAY.match(ahead.words)):
        return False
    had = _HAD.search(spelling)
    if had and (had["done"] is None or _is_done(had["done"])):
        spelling = _WOULD.sub(" ", spelling)
    remainder = _INVERTED.sub(_take_out, _MIGHT_HAVE.sub(_take_out, spelling))
    left = {name for name, _, _ in _find_modals(remainder.split())} | (
        names & {"going to", "expected"}
    )
    return bool(had or remainder != spelling) and not left & _REAL


_WOULD: Final = re.compile(r" (?:would|could|might)(?= )")


def _take_out(match: re.Match[str]) -> str:
    return " " if _is_done(match["done"]) else match[0]


def _is_done(word: str) -> bool:
    return is_participle(word) and (is_past(word) or not word.endswith("ed"))


def _name_times(spelling: str, tokens: Sequence[str], present_year: int) -> set[str]:
    """Return the cues that are years and tenses."""
    years = find_years(tokens)
    is_ahead = any(year > (present_year or UNKNOWN_YEAR) for year in years)
    is_ahead = is_ahead or bool(_DEADLINE.search(spelling) and max(years) >= present_year)
    is_past = has_past_verb(tokens)
    times = {
        "year ahead": is_ahead,
        "past year": any(year <= max(present_year, 1999) for year in years),
        "past tense": is_past,
        "dated scene": is_ahead and not is_past and bool(_DATED.match(spelling)),
    }
    return {name for name, holds in times.items() if holds}


def _combine(names: set[str]) -> set[str]:
    """Return the cues that are two cues together."""
    modal = bool(names & {"will", "will of all", "would", "may", "could", "modal in a relative"})
    is_bound = names >= {"can not", "if"}  # "cannot … unless"
    combined = {
        "modal in a story": modal and "past tense" in names,
        "modal under if": modal and "if" in names,
        "no verb ahead": not modal and not is_bound and not names & _FORWARD,
    }
    return {name for name, holds in combined.items() if holds}


def _find_modals(tokens: Sequence[str]) -> Iterator[tuple[str, str, float]]:
    """Yield name of the cue, words and modality of each modal verb."""
    is_question = "?" in tokens[-3:]
    for index, word in enumerate(tokens):
        if word not in _MODALITIES:
            continue
        before = next((t for t in reversed(tokens[:index]) if t not in _ADVERBS), "")
        following = [
            t for t in tokens[index + 1 : index + 7] if t not in _ADVERBS and t[-2:] != "ly"
        ]
        after = "have to" if following[:2] == ["have", "to"] else "".join(following[:1])
        is_noun = before in _DETERMINERS and word in ("will", "might", "can")
        is_bare = after in _NOT_VERBS and not (is_question and before in _CLAUSE_STARTS)
        if is_noun or (is_bare and not (after == "," and len(following) > 3)):
            continue  # a noun, or not followed by a verb
        nearby = {*tokens[max(0, index - 2) : index]}
        inner = before == "that" and index > 1 and not {",", "and", ";"} & nearby
        negated = " not" if tokens[index + 1 : index + 2] == ["not"] else ""
        name = _name_modal(word, before, after, negated=negated)
        yield "modal in a relative" if inner else name, word + negated, _MODALITIES[word]


def _name_modal(word: str, before: str, after: str, *, negated: str) -> str:
    """Return the name of the cue of a modal verb between its subject and its verb."""
    if before in ("i", "we") and word in ("will", "shall", "would", "should"):
        if before == "we" and after in ("expect", "see", "live", "find", "be", "have", "get"):
            return "should expect" if after == "expect" else "will of all"
        return "will of mine"
    if word in ("may", "might", "can", "could") and before in _PEOPLE:
        return "can of people"
    if before in _RELATIVES:
        return "modal in a relative"
    if after == "have" and word in ("would", "could", "might", "may", "should"):
        return "would have"
    if word == "should":
        return "should expect" if after == "expect" else "should"
    if word in ("can", "could") and negated:
        return f"{word} not"
    return {"shall": "will", "might": "may"}.get(word, word)


def has_past_verb(tokens: Sequence[str]) -> bool:
    """Return True if the sentence has a verb in the past tense.

    A form in "-ed" counts only where no verb stands in the present: "the rays, reconverted, rise".
    """
    is_present = not _PRESENT_FORMS.isdisjoint(tokens)
    return any(
        word in _PAST_FORMS
        or (
            is_past(word)
            and before not in _AUXILIARIES
            and before[-2:] != "ly"
            and not (is_present and word.endswith("ed"))
        )
        for before, word in zip(("the", *tokens), tokens, strict=False)
    )


def find_years(tokens: Sequence[str]) -> list[int]:
    """Return the years among the words of a sentence."""
    return [int(token[:4]) for token in tokens if _YEAR.fullmatch(token)]


def find_present_year(spellings: Sequence[str]) -> int:
    """Return the last year that an essay tells of in the past, as its own; 0 if none."""
    years = [0]
    for tokens in map(str.split, spellings):
        is_ahead = not {*_MODALITIES, "expected", "going"}.isdisjoint(tokens)
        if has_past_verb(tokens) and not is_ahead:
            years += find_years(tokens)
        years += [int(b) for a, b in pairwise(tokens) if a == "since" and _YEAR.fullmatch(b)]
    return max(year for year in years if year < 2100)
