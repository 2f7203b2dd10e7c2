"""Normalisation of sentences and matching of phrases."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

MAX_SENTENCE_CHARACTERS: Final = 1_500
"""Maximum characters examined of a sentence; a longer one is a table or list without line breaks.
"""

_CHARACTER_VARIANTS: Final = str.maketrans("‘’ʼ“”„«»\u00a0\u202f\u2007\u2009‑", '\'\'\'"""""    -')
_LINK: Final = re.compile(r"\]\([^)\s]{0,300}\)|https?://\S{1,300}")
_MAY: Final = re.compile(r"\bMay\b(?!\s+(?:I|we|you|it|he|she|they|the)\b)")
_WILL: Final = re.compile(r"(?<=[\w,;)] )Will\b|^\W{0,3}Will(?= [A-Z][a-z]+ [^?]*$)")
_CONTRACTIONS: Final = (
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\b(i)'m\b"), r"\1 am"),
    (re.compile(r"\b(i|you|he|she|it|we|they)'d\b(?! (?:better|rather|been))"), r"\1 would"),
    (re.compile(r"\b(it|that|there|he|she|what|who|here|where|how)'s\b"), r"\1 is"),
    (re.compile(r"\bgonna\b"), "going to"),
)
_TOKEN: Final = re.compile(
    r"\d[\d.,]*\d(?!\w)|\d+\w*|(?:[a-z]\.){2,6}|[^\W\d_]+|'s\b|[,;:.?!$€£%()]"
)
_ADVERB: Final = (
    r"(?: (?:[a-z]+ly|also|now|already|still|not|never|soon|thus|then|only|just|even|ever|perhaps"
    r"|very|quite|rather|well|almost|always|often|once|further|all|more|less|again|yet|far|so"
    r"|therefore|however|instead|too|most))"
)
_VERB: Final = (
    r"(?!(?:the|a|an|this|that|these|those|its|their|his|her|our|my|your"
    r"|be|all|any|some|no|each|every|it|them) )[a-z]+"
)
_ELEMENTS: Final = {
    "..": r"(?: [^ .;:?!]+){0,3}",
    "~": _ADVERB + "{0,2}",
    "#": r" (?:[$€£] )?\d[^ ]*",
    "verb": " " + _VERB,
    "verbing": " [a-z]+ing",
}


def normalise_spelling(text: str) -> str:
    """Normalise a sentence to lower-case tokens between single spaces, with a space at both ends.

    Contractions are expanded and markup is removed. The month of May and the name Will are
    replaced, so that they are not taken for verbs.

    >>> normalise_spelling("It *won't* end in May, he says.")
    ' it will not end in month , he says . '
    """
    text = text[:MAX_SENTENCE_CHARACTERS].translate(_CHARACTER_VARIANTS)
    if "[" in text or "://" in text:
        text = _LINK.sub(" ", text)
    text = _WILL.sub("someone", _MAY.sub("month", text)).lower()
    if "'" in text or "cannot" in text or "gonna" in text:
        for pattern, replacement in _CONTRACTIONS:
            text = pattern.sub(replacement, text)
    return f" {' '.join(_TOKEN.findall(text))} "


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """Match of a phrase: the matched words, the group of the phrase, and the text before."""

    words: str
    group: int
    before: str


class PhraseMatcher:
    """Matcher for groups of phrases in the syntax of `forecasts.essays.extraction.phrases`.

    Each phrase is tried only in sentences that hold its key word, so that a megabyte takes seconds.

    >>> phrases = PhraseMatcher(["is/are ~ going to"])
    >>> [match.words for match in phrases.find_matches(" it is surely going to rain . ")]
    ['is surely going to']
    """

    def __init__(self, groups: Iterable[str]) -> None:
        self._by_key: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for number, group in enumerate(groups):
            for phrase in filter(None, (" ".join(raw.split()) for raw in group.split(";"))):
                start, words = ("^", phrase[2:]) if phrase.startswith("^ ") else ("", phrase)
                for key in _key_words(words):
                    self._by_key[key].append((start, words, number))

    def find_matches(self, words: str) -> Iterator[PhraseMatch]:
        """Yield the first match of each phrase in a normalised sentence."""
        for key in sorted({*words.split(" ")} & self._by_key.keys()):
            for start, phrase, number in self._by_key[key]:
                if match := _compile_phrase(start, phrase).search(words):
                    yield PhraseMatch(
                        match[0].strip(), number, words[max(0, match.start() - 30) : match.start()]
                    )

    def first_match(self, words: str) -> str:
        """Return the words of the first match in a normalised sentence; "" without one."""
        return next((match.words for match in self.find_matches(words)), "")


@cache
def _compile_phrase(start: str, phrase: str) -> re.Pattern[str]:
    """Compile a phrase on first use; most texts need few of the five hundred."""
    return re.compile(start + "".join(map(_element_pattern, phrase.split(" "))) + "(?= )")


def _element_pattern(element: str) -> str:
    if element in _ELEMENTS:
        return _ELEMENTS[element]
    return f" (?:{'|'.join(_word_pattern(word) for word in element.split('/'))})"


def _word_pattern(word: str) -> str:
    return {"#": r"(?:[$€£] )?\d[^ ]*", "verb": _VERB, "verbing": "[a-z]+ing"}.get(
        word
    ) or re.escape(word)


def _key_words(phrase: str) -> tuple[str, ...]:
    """Return the alternatives of the word that any sentence with the phrase must hold."""
    fixed = [
        word
        for word in phrase.split(" ")
        if word not in _ELEMENTS and "#" not in word and "verb" not in word
    ]
    assert fixed, f"the phrase “{phrase}” has no word of its own"
    key_word = min(fixed, key=lambda word: (word.count("/"), -len(word)))
    return tuple(key_word.split("/"))


def split_tokens(words: str) -> list[str]:
    """Return the words and marks of a normalised sentence."""
    return words.split()
