"""What the heads are fitted on: labelled pairs of topic and item, and items nobody labelled, as
features.

`labels.tsv` beside this file is ours: we read each item and said whether it bears on the topic (0
no, 1 weakly, 2 clearly) and which way it points. It names items of news archives that are not part
of the project; without them the heads cannot be fitted again, but everything else works.
"""

import csv
import gzip
import json
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.app.question_set_files import DEFAULT_SET, load_question_set
from tracker.matching.matcher import ItemText, Matcher, clean_item_text
from tracker.matching.matching_profile import Profile, profile_from_indicator
from tracker.matching.relevance_model import FEATURE_NAMES, Head, Heads
from tracker.matching.semantic import Encoder
from tracker.matching.tokens import Vocabulary

HERE = Path(__file__).parent
UNLABELLED = 3_000
BEST = 4
"""Profiles of one topic that are kept for an item: the fit looks at the one that fits it best."""

Floats = NDArray[np.float32]

_NOTHING = Head(0.0, (0.0,) * len(FEATURE_NAMES), 0.5, 0)
UNFITTED = Heads(_NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True)
class Topic:
    """A question with its profiles; `own` if it is not one of the built-in set."""

    id: str
    profiles: tuple[Profile, ...]
    question: Profile
    own: bool


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows of item × profile. `group` numbers topic × item; `relevance` is −1 where nobody
    labelled.
    """

    topic: NDArray[np.int64]
    group: NDArray[np.int64]
    features: Floats
    relevance: NDArray[np.int64]
    own: NDArray[np.bool_]


def topics() -> dict[str, Topic]:
    """The topics that pairs were labelled for."""
    built_in = load_question_set(DEFAULT_SET)
    found = {}
    for question in built_in.questions:
        profiles = (
            profile_from_indicator(i) for i in built_in.indicators if i.question_id == question.id
        )
        mine = tuple(dict.fromkeys(profiles))
        bare = Profile(question.text)
        found[str(question.id)] = Topic(question.id, mine or (bare,), bare, own=False)
    for topic in tomllib.loads((HERE / "topics.toml").read_text(encoding="utf-8"))["topic"]:
        bare = Profile(topic["question"])
        phrased = Profile(topic["question"], tuple(topic["examples"]), tuple(topic["opposites"]))
        found[topic["id"]] = Topic(topic["id"], (phrased,), bare, own=True)
    return found


def labels() -> dict[str, dict[str, int]]:
    """Topic → item → relevance."""
    found: dict[str, dict[str, int]] = {}
    with (HERE / "labels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["topic"], {})[row["item"]] = int(row["relevance"])
    return found


def archive(folder: Path, without: Path) -> dict[str, ItemText]:
    """The items of all archives in a folder, without those of a file of other labels and their
    twins by title.
    """
    hidden = {json.loads(line)["title"].casefold() for line in without.open(encoding="utf-8")}
    found = {}
    for file in sorted(folder.glob("*.jsonl.gz")):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            item = json.loads(line)
            if item["title"].casefold() not in hidden:
                found[item["id"]] = clean_item_text(item["title"], item["summary"])
    return found


def examples(items: Mapping[str, ItemText], encoder: Encoder | None, *, bare: bool) -> Examples:
    """All rows, for profiles with phrasings or for `bare` questions."""
    known, rows = topics(), []
    unlabelled = random.Random(0).sample(sorted(items), UNLABELLED)
    for number, (name, labelled) in enumerate(sorted(labels().items())):
        topic = known[name]
        profiles = (topic.question,) if bare else topic.profiles
        wanted = [i for i in labelled if i in items] + [i for i in unlabelled if i not in labelled]
        matcher = Matcher(profiles, encoder, Vocabulary(), UNFITTED)
        truth = np.array([labelled.get(i, -1) for i in wanted])
        for item, features in _best(matcher, [items[i] for i in wanted]):
            if truth[item] < 0 and features[FEATURE_NAMES.index("all terms")]:
                continue  # its author's own rule says that it bears on the topic, and nobody has looked
            rows.append((number, number * 1_000_000 + item, features, truth[item], topic.own))
    columns: list[Any] = list(zip(*rows, strict=True))
    stacked: Floats = np.stack(columns[2])
    return Examples(
        np.array(columns[0]),
        np.array(columns[1]),
        stacked,
        np.array(columns[3]),
        np.array(columns[4]),
    )


def _best(matcher: Matcher, items: Sequence[ItemText]) -> Iterator[tuple[int, Floats]]:
    """For each item the features of the profiles that a crude sum likes best; zeros where nothing
    was a candidate.
    """
    for start in range(0, len(items), 256):
        weighed = matcher.score_items(items[start : start + 256])
        crude = weighed.features[:, [1, 2, 4, 5, 13]].sum(axis=1)
        for item in range(min(256, len(items) - start)):
            mine = np.flatnonzero(weighed.pairs.items == item)
            if not len(mine):
                yield start + item, np.zeros(len(FEATURE_NAMES), dtype=np.float32)
            for row in mine[np.argsort(-crude[mine])][:BEST]:
                yield start + item, weighed.features[row]
