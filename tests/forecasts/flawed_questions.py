"""Questions with one thing wrong, ten or so for each code of the linter, and near misses that have
nothing wrong.

Each is a sound question with some of it changed; a text alone stands for a question with that text.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from forecasts.distributions.cdf import Scale
from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.linting.lint import LintContext
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import QuestionId, utc

NOW = utc("2027-01-01")

CRITERIA = (
    "YES if both governments announce between 1 January 2027 and 30 June 2027 (UTC) that they "
    "have signed it. Drafts do not count. Annulled if either state ceases to exist."
)
SOUND = NewQuestion(
    id="river-treaty",
    text="Will Arland sign the river treaty with Borland by 30 June 2027?",
    criteria=CRITERIA,
    sources=("Arland Gazette (gazette.example)", "Reuters, as fall-back"),
    opens_at=NOW,
    closes_at=utc("2027-07-01"),
    resolves_at=utc("2027-07-08"),
    prior="20%",
    prior_reason="2 of the 9 treaties of the last ten years were signed within six months of their draft.",
)
MEASURED = replace(
    SOUND,
    text="Will grain exports of Arland reach 40 million tonnes in 2027?",
    criteria="YES if customs reports 40.0 million tonnes or more for 2027. Annulled if nothing is "
    "published.",
    closes_at=utc("2028-01-01"),
    resolves_at=utc("2028-02-01"),
    horizon_shape="state_at",
)
NUMERIC = replace(
    MEASURED,
    kind="numeric",
    text="How much grain will Arland export in 2027?",
    scale=Scale(0.0, 90.0, unit="million tonnes"),
    prior="",
)
CHOICE = replace(
    SOUND,
    kind="categorical",
    text="Who will win the election in Arland on 30 June 2027?",
    options=("Red Party", "Blue Party", "Other"),
    prior="",
)


def indicator(direction: Direction, name: str = "Talks on the river") -> Indicator:
    question = QuestionId(SOUND.id)
    return Indicator(
        IndicatorId(f"{question}/{direction.name}"),
        question,
        name,
        direction,
        Strength.SOME,
        (("talks",),),
    )


INDICATORS = (indicator(Direction.YES), indicator(Direction.NO, "Talks break off"))
AROUND = LintContext(NOW, indicators=INDICATORS, feeds=("Arland Daily, politics",))


def changed(asked: NewQuestion, **given: Any) -> NewQuestion:
    return replace(asked, **given)


def _until(text: str, closes: str, criteria: str = "") -> NewQuestion:
    """A question that closes at another time, with criteria that name no day unless they are
    given.
    """
    bare = (
        "YES if both governments announce it from the opening on (UTC). Annulled if either "
        "state ceases to exist."
    )
    return replace(
        SOUND, text=text, criteria=criteria or bare, closes_at=utc(closes), resolves_at=utc(closes)
    )


def _choice(*options: str, **given: Any) -> NewQuestion:
    return replace(CHOICE, options=options, **given)


def _criteria(first: str, **given: Any) -> NewQuestion:
    """Criteria that begin otherwise."""
    return replace(SOUND, criteria=f"{first} {CRITERIA}", **given)


DATELESS = "YES if both governments announce it (UTC). Annulled if either state ceases to exist."

FLAWED: Mapping[str, tuple[str | NewQuestion, ...]] = {
    "placeholder": (
        "Will […] sign the treaty by 30 June 2027?",
        "Will Arland sign [… which treaty?] by 30 June 2027?",
        "Will Arland sign [...] by 30 June 2027?",
        "Will Arland sign TBD by 30 June 2027?",
        "Will Arland sign ____ by 30 June 2027?",
        _criteria("The threshold is [… a number with its unit]."),
        _criteria("TODO."),
        changed(SOUND, sources=("[… who publishes it?]", "Reuters, as fall-back")),
        changed(SOUND, prior_reason="It happened […] times in ten years."),
        _choice("Red Party", "[… the other party]", "Other"),
    ),
    "no-deadline": tuple(
        changed(SOUND, text=text, criteria=DATELESS)
        for text in (
            "Will Arland sign the river treaty?",
            "Will Arland sign the river treaty soon?",
            "Will Arland sign the river treaty next year?",
            "Will Arland sign the river treaty within six months?",
            "Will Arland ever sign the river treaty?",
            "Will Arland sign the river treaty of 1998?",
            "Will Arland, at war since 12 May 2025, sign the river treaty?",
            "Will Arland sign the treaty by 31 June 2027?",  # no calendar has it
            "Will Arland buy 2027 tonnes of grain?",
            "Will Regulation 833/2014 be repealed?",
        )
    ),
    "other-deadline": (
        _until("Will Arland sign by 31 May 2027?", "2027-05-31"),  # closes_at is excluded
        _until("Will Arland sign by 31 May 2027?", "2027-07-01"),
        _until("Will Arland sign by 1 July 2027?", "2027-07-01"),
        _until("Will Arland sign before 1 June 2027?", "2027-07-01"),
        _until("Will Arland sign by the end of 2027?", "2027-12-01"),
        _until("Will Arland sign in 2027?", "2027-07-01"),
        _until("Will Arland sign in May 2027?", "2027-07-01"),
        _until("Will Arland sign in the first quarter of 2027?", "2027-07-01"),
        _until("Will Arland sign by June 30, 2027?", "2027-07-31"),
        changed(SOUND, text="Will Arland sign the treaty by 31 July 2027?"),
        changed(SOUND, criteria=CRITERIA.replace("30 June", "30 September")),
        changed(MEASURED, closes_at=utc("2028-02-01")),  # the year is over, and its figure may be half known
    ),
    "loose-deadline": (
        _until("Will Arland sign by 2030?", "2030-01-01"),
        _until("Will Arland sign by 2030?", "2031-01-01"),
        _until("Will Arland sign by June 2027?", "2027-06-01"),
        _until("Will Arland sign by June 2027?", "2027-07-01"),
        _until("Will Arland sign by mid-2027?", "2027-07-01"),
        _until("Will Arland sign by early 2027?", "2027-04-01"),
        _until("Will Arland sign by late 2027?", "2028-01-01"),
        _until("Will Arland sign by Q2 2027?", "2027-07-01"),
        _until("Will Arland sign by the second half of 2027?", "2028-01-01"),
        _until("Will Arland sign by the middle of 2027?", "2027-07-01"),
    ),
    "no-start": tuple(
        changed(SOUND, criteria=f"YES if both announce it {by} (UTC). Annulled if either is gone.", **given)
        for by in ("by 30 June 2027", "until 30 June 2027", "before 1 July 2027", "up to 30 June 2027", "at last")
        for given in ({}, {"horizon_shape": "holds_until"})
    ),
    "moving-date": (
        "Will Arland sign the treaty next year, by 30 June 2027?",
        "Will Arland sign the treaty this year, by 30 June 2027?",
        "Will Arland sign the treaty within six months, by 30 June 2027?",
        "Will Arland sign the treaty in the next two quarters, by 30 June 2027?",
        "Will Arland sign the treaty over the coming months, by 30 June 2027?",
        "Will Arland sign the treaty this decade, by 30 June 2027?",
        "Will Arland sign the treaty this summer, by 30 June 2027?",
        "Will Arland sign the treaty by the end of the year, or by 30 June 2027?",
        "Will Arland sign the treaty later this year, by 30 June 2027?",
        _criteria("It counts if it is signed this year."),
    ),
    "no-time-zone": tuple(
        changed(SOUND, criteria=CRITERIA.replace("(UTC)", where), **given)
        for where in ("", "(midnight)", "(by the calendar)", "(in due time)", "(as of today)")
        for given in ({}, {"horizon_shape": "holds_until"}, {"horizon_shape": "state_at"})
    ),
    "already-settled": (
        changed(SOUND, opens_at=utc("2026-01-01"), closes_at=NOW),
        changed(SOUND, opens_at=utc("2026-01-01"), closes_at=NOW - timedelta(seconds=1)),
        changed(SOUND, opens_at=utc("2025-01-01"), closes_at=utc("2026-07-01")),
        changed(NUMERIC, opens_at=utc("2025-01-01"), closes_at=utc("2026-07-01")),
        changed(CHOICE, opens_at=utc("2025-01-01"), closes_at=utc("2026-07-01")),
        changed(SOUND, text="Will Arland sign by 30 June 2026?", criteria=DATELESS),
        changed(SOUND, text="Will Arland sign before 1 July 2026?", criteria=DATELESS),
        changed(SOUND, text="Will Arland sign by the end of June 2026?", criteria=DATELESS),
        changed(SOUND, text="Will Arland sign?", criteria=DATELESS.replace("it (", "it until 30 June 2026 (")),
        changed(SOUND, text="Will Arland sign?", criteria=DATELESS.replace("it (", "it from 1 to 30 June 2026 (")),
    ),
    "no-source": tuple(
        changed(SOUND, sources=sources)
        for sources in (
            (),
            ("  ",),
            ("news",),
            ("the media",),
            ("Official sources",),
            ("Credible reporting", "public data"),
            ("The internet",),
            ("various news outlets and official statistics",),
            ("Google search",),
            ("n/a",),
            ("Government reports",),
            ("general knowledge", "experts"),
        )
    ),
    "no-fall-back": tuple(
        changed(SOUND, sources=sources)
        for sources in (
            ("Reuters",),
            ("gazette.example",),
            ("UN Digital Library, voting data",),
            ("Arland Gazette", "Arland Gazette"),
            ("Arland Gazette", "the media"),
            ("Ministry of Rivers of Arland",),
            ("https://gazette.example/treaties",),
            ("IMF, World Economic Outlook",),
            ("Central Bank of Borland", "official data"),
            ("News: Arland Daily",),
        )
    ),
    "no-verdict": tuple(
        changed(SOUND, criteria=f"{said} between 1 January 2027 and 30 June 2027 (UTC). Annulled if both are gone.")
        for said in (
            "As both sides announce it",
            "The treaty is the one of 1998, amended",
            "See the Gazette",
            "Both governments publish it",
            "The parliament votes on it",
            "Standard rules hold",
            "The usual criteria",
            "It is about the river treaty",
            "What the ministers say is decisive",
            "Signature by both",
        )
    ),
    "no-annul-rule": tuple(
        changed(SOUND, criteria=f"{said} It is between 1 January 2027 and 30 June 2027 (UTC).")
        for said in (
            "YES if both governments announce it.",
            "YES when it is published.",
            "YES if it is signed; drafts do not count.",
            "NO unless both sign.",
            "YES if the talks are not cancelled.",
            "YES if the minister says so.",
            "YES if three of five states sign.",
            "YES if the vote is held and won.",
            "YES if the treaty enters into force.",
            "YES at the first signature.",
        )
    ),
    "vague-word": (
        "Will exports of Arland fall significantly by 30 June 2027?",
        "Will Arland make a major concession by 30 June 2027?",
        "Will Arland substantially change its policy by 30 June 2027?",
        "Will relations with Borland improve by 30 June 2027?",
        "Will the conflict escalate by 30 June 2027?",
        "Will Arland soon sign, by 30 June 2027?",
        "Will there be meaningful reform in Arland by 30 June 2027?",
        "Will Arland gain considerable influence by 30 June 2027?",
        "Will the economy worsen by 30 June 2027?",
        "Will sanctions weaken Arland by 30 June 2027?",
        "Major reforms: will Arland adopt them by 30 June 2027?",
        "Will Arland’s talks be successful by 30 June 2027?",
        _criteria("It has to be a substantial treaty."),
        "Will exports fall significantly, by 20 % or more, by 30 June 2027?",  # advice: drop the word
    ),
    "loose-word": (
        "Will several states sign the treaty by 30 June 2027?",
        "Will there be a crisis in Arland by 30 June 2027?",
        "Will tensions with Borland lead to a border closure by 30 June 2027?",
        "Will a large dam be built by 30 June 2027?",
        "Will Arland find wide support or strong allies by 30 June 2027?",
        "Will the government of Arland collapse by 30 June 2027?",
        "Will various parties sign by 30 June 2027?",
        "Will Arland put pressure on Borland by 30 June 2027?",
        "Will there be unrest in Arland by 30 June 2027?",
        "Will Arland quickly sign, by 30 June 2027?",
    ),
    "threshold-unit": (
        "Will exports of Arland exceed 40 by 30 June 2027?",
        "Will oil rise above 100 by 30 June 2027?",
        "Will unemployment fall below 5 in Arland by 30 June 2027?",
        "Will trade reach 250 billion by 30 June 2027?",
        "Will inflation be more than 3.5 by 30 June 2027?",
        "Will Arland spend at least 2 on defence by 30 June 2027?",
        "Will output be 40 or more by 30 June 2027?",
        "Will the price be 1,000 or higher before 1 July 2027?",
        "Will debt climb to 120 by 30 June 2027?",
        "Will aid reach 3bn by 30 June 2027?",
        _criteria("The exports exceed 40 million."),
    ),
    "scale-unit": tuple(
        changed(NUMERIC, text=f"How {much} will Arland export in 2027?", scale=Scale(0.0, high, unit=unit))
        for much, high in (("much grain", 90.0), ("much oil", 10.5), ("many cars", 3e6), ("much", 5.0), ("far", 1.0))
        for unit in ("", "  ")
    ),
    "options-overlap": (
        _choice("Russia", "Russia and China", "Other"),
        _choice("Red Party", "Red Party with Blue Party", "Other"),
        _choice("war", "war or blockade", "none of these"),
        _choice("Biden", "Joe Biden", "Other"),
        _choice("0–10", "10–20", "more than 20"),
        _choice("less than 5", "3 to 10", "more than 10"),
        _choice("at most 5", "5 or more"),
        _choice("none", "one", "one or more"),
        _choice("0-10%", "5-15%", "over 15%"),
        _choice("up to 100 seats", "100 to 200 seats", "more than 200 seats"),
    ),
    "options-gap": (
        _choice("Red Party", "Blue Party"),
        _choice("Moscow", "Beijing", "Astana"),
        _choice("a treaty", "a declaration"),
        _choice("0–10", "20–30", "more than 30"),
        _choice("1", "2", "3 or more"),
        _choice("less than 5", "5 to 10"),
        _choice("less than 5", "more than 5"),
        _choice("0–9 %", "10–19 %", "20 % or more"),  # 9.5 %
        _choice("none", "one", "two"),
        _choice("low", "middle", "high", kind="ordered"),
    ),
    "double-barrelled": (
        "Will Arland sign the treaty and join the union by 30 June 2027?",
        "Will Arland leave the union or impose tariffs by 30 June 2027?",
        "Will the minister resign and the party lose its majority by 30 June 2027?",
        "Will Arland invade and annex Borland by 30 June 2027?",
        "Will prices rise and will exports fall by 30 June 2027?",
        "Will Arland stay neutral and send no troops by 30 June 2027?",
        "Will Arland sign by 30 June 2027? And will Borland?",
        ("Will Arland expel the envoy and then recall the ambassador and close the border by " "30 June 2027?"),
        "Will the bank raise rates and sell its bonds by 30 June 2027?",
        "Will Arland win the vote and it remain in the union by 30 June 2027?",
        "When will Arland sign the treaty and publish it by 30 June 2027?",
    ),
    "inner-thought": tuple(
        changed(SOUND, text=f"Will {said} by 30 June 2027?", criteria="YES if so, from 1 May to 30 June 2027 (UTC).")
        for said in (
            "Arland think twice about the treaty",
            "Arland consider leaving the union",
            "Arland weigh its interests",
            "the president regret the war",
            "Arland want peace",
            "Borland believe the offer",
            "Arland be willing to talk",
            "the generals fear a defeat",
            "Arland have to weigh the costs",
            "the people hope for change",
        )
    ),
    "death": (
        "Will the president of Arland die by 30 June 2027?",
        "Will Vladimir Putin die before 1 July 2027?",
        "Will King Ander pass away by 30 June 2027?",
        "Will the opposition leader be killed by 30 June 2027?",
        "Will anybody be assassinated by 30 June 2027?",
        "Will the death of Ann Example be announced by 30 June 2027?",
        "Will Ann Example still be alive on 30 June 2027?",
        "Will the pope survive the year to 30 June 2027?",
        "Will Arland confirm Ander’s death by 30 June 2027?",
        _criteria("YES if the president dies and the assassination is confirmed."),
    ),
    "extreme-prior": tuple(changed(SOUND, prior=prior) for prior in (
        "1%", "1.9%", "0.5%", "0.01", ".001", "99%", "98.1%", "0.99", "99.9%", "0.0199"
    )),
    "no-base-rate": tuple(changed(SOUND, prior_reason=reason) for reason in (
        "", "   ", "none given", "none given: what somebody who knows nothing would say", "a guess", "gut feeling", "?",
        "It seems likely to me.", "The minister is stubborn.", "I trust my sources.", "Such is politics.",
    )),
    "no-question": (
        "Arland will sign the treaty by 30 June 2027.",
        "Arland signs the treaty by 30 June 2027",
        "Treaty by 30 June 2027",
        "Will Arland sign the treaty by 30 June 2027",
        "Will Arland sign the treaty by 30 June 2027.",
        "Will Arland sign the treaty by 30 June 2027!",
        "The river treaty, 30 June 2027:",
        "Whether Arland signs by 30 June 2027",
        "Ask whether Arland signs by 30 June 2027.",
        "河流条约 2027-06-30",
    ),
}  # fmt: skip

SOUND_ONES: Mapping[str, tuple[str | NewQuestion, ...]] = {
    "placeholder": (
        "Will Arland sign the “[sic]” treaty by 30 June 2027?",
        "Will Arland sign the treaty [draft 3] by 30 June 2027?",
        "Will Arland sign … the treaty … by 30 June 2027?",
    ),
    "no-deadline": (
        SOUND,
        "Will Arland sign the river treaty?",  # the criteria name the day
        _until("Will Arland sign by 2027-06-30?", "2027-07-01"),
        _until("Will Arland sign in the first half of 2027?", "2027-07-01"),
        MEASURED,
    ),
    "other-deadline": (
        SOUND,
        _until("Will Arland sign by 31 May 2023?", "2023-06-01"),
        _until("Will Arland sign before 1 July 2027?", "2027-07-01"),
        _until("Will Arland sign by June 30, 2027?", "2027-06-30T16:00:00Z"),  # Beijing
        _until("Will Arland sign in June 2027?", "2027-07-01"),
        _until("Will Arland sign in the second quarter of 2027?", "2027-07-01"),
        _until("Will Arland sign by the end of 2027?", "2028-01-01"),
        _until("Will Arland sign before the end of June 2027?", "2027-07-01"),
        _until("Will Arland sign between 1 March and 30 June 2027?", "2027-07-01"),
        _until("Will Arland sign by 30 June 2027, as in the plan of 3 May 2026?", "2027-07-01"),
        changed(
            SOUND, criteria=CRITERIA + " Annulled if no text is published by 31 December 2027."
        ),
        changed(SOUND, criteria=CRITERIA + " Annulled if the treaty is void by 1 March 2027."),
    ),
    "loose-deadline": (
        SOUND,
        _until("Will Arland sign by the end of 2027?", "2028-01-01"),
        _until("Will Arland sign in 2027?", "2028-01-01"),
        changed(SOUND, text="Will Arland sign by mid-2027?"),  # the criteria name the day
    ),
    "no-start": (
        SOUND,
        MEASURED,
        changed(
            SOUND,
            criteria="YES if both announce it from the opening to 30 June 2027 (UTC). Annulled if "
            "not.",
        ),
        changed(
            SOUND, criteria="YES if both announce it after 31 December 2026 (UTC). Annulled if not."
        ),
    ),
    "moving-date": (
        SOUND,
        _criteria("It has to be in force within 30 days of the signature."),
        "Will Arland sign its next treaty by 30 June 2027?",
        "Will Arland sign the ten-year treaty by 30 June 2027?",
    ),
    "no-time-zone": (
        SOUND,
        MEASURED,
        *(
            changed(SOUND, criteria=CRITERIA.replace("UTC", zone))
            for zone in (
                "CET",
                "Beijing time",
                "New York time",
                "local time of the capital",
                "GMT",
                "+02:00",
                "Eastern Time",
            )
        ),
        "Will Arland sign by 30 June 2027 (UTC)?",
    ),
    "already-settled": (
        SOUND,
        changed(SOUND, opens_at=utc("2026-01-01"), closes_at=NOW + timedelta(seconds=1)),
        changed(SOUND, opens_at=utc("2025-01-01"), closes_at=utc("2026-07-01"), retrospective=True),
        "Will Arland, which let the date of 30 June 2026 pass, sign by 30 June 2027?",
    ),
    "no-source": (
        SOUND,
        changed(SOUND, sources=("Reuters",)),
        changed(SOUND, sources=("customs.gov.cn",)),
        changed(SOUND, sources=("UN News",)),
        changed(SOUND, sources=("the media", "BBC")),
    ),
    "no-fall-back": (
        SOUND,
        changed(SOUND, sources=("Reuters", "TASS")),
        changed(SOUND, sources=("Arland Gazette, with the Borland Gazette as fall-back",)),
        changed(
            SOUND,
            sources=("Arland Gazette",),
            criteria=CRITERIA + " If it is not published there, Reuters decides.",
        ),
        changed(
            SOUND, sources=("Arland Gazette",), criteria=CRITERIA + " Reuters is the fallback."
        ),
    ),
    "no-verdict": (
        SOUND,
        NUMERIC,
        changed(SOUND, criteria="Resolves by the Gazette, from 1 January to 30 June 2027 (UTC)."),
    ),
    "no-annul-rule": (
        SOUND,
        MEASURED,
        _criteria("If no text is published, the ministers’ word decides."),
        changed(
            SOUND,
            criteria="YES from 1 January to 30 June 2027 (UTC); the question is void without a "
            "treaty.",
        ),
    ),
    "vague-word": (
        SOUND,
        "Will John Major visit Arland by 30 June 2027?",
        "Will the text contain the word “significant” by 30 June 2027?",
        "Will the text call it 'a major step' by 30 June 2027?",
        "Will Major League Baseball open in Arland by 30 June 2027?",
        "Will Arland publish the figure with two significant digits by 30 June 2027?",
        "Will the Improvement Act be passed by 30 June 2027?",
        "Will Arland win the majority by 30 June 2027?",
        "Will it be signed as soon as drafted, by 30 June 2027?",
        "Will insignificance be a topic by 30 June 2027?",
    ),
    "loose-word": (
        SOUND,
        "How many states will sign by 30 June 2027?",
        "Will the Crisis Group publish its report by 30 June 2027?",
        "Will the High Court rule by 30 June 2027?",
        "Will the high court rule by 30 June 2027?",
        _criteria(
            "Several talks on one visit count once."
        ),  # in criteria they rarely decide anything
    ),
    "threshold-unit": (
        SOUND,
        MEASURED,
        "Will exports exceed 40 % by 30 June 2027?",
        "Will oil rise above $100 by 30 June 2027?",
        "Will oil rise above US$ 100 by 30 June 2027?",
        "Will oil rise above USD 100 by 30 June 2027?",
        "Will Arland hold more than 3 elections by 30 June 2027?",
        "Will at least 3 of the five states sign by 30 June 2027?",
        "Will exports exceed those of 2024 by 30 June 2027?",
        "Will exports exceed 2024 levels by 30 June 2027?",
        "Will exports reach 40 million tonnes by 30 June 2027?",
        "Will exports reach 40mt by 30 June 2027?",
        "Will the index close above 4000 by 30 June 2027?",
        "Will the number of members exceed 30 by 30 June 2027?",
        changed(
            MEASURED,
            text="Will trade reach 250 billion in 2027?",
            criteria="YES if customs reports 250.0 billion US dollars. Annulled if nothing is "
            "published.",
        ),
    ),
    "scale-unit": (NUMERIC, changed(NUMERIC, scale=Scale(0.0, 9.0, unit="meetings")), SOUND),
    "options-overlap": (
        CHOICE,
        _choice("below 180 GW", "180 to below 200 GW", "200 to below 220 GW", "220 GW or more"),
        _choice("Niger", "Nigeria", "Other"),
        _choice("0–9", "10–19", "20 or more"),
        _choice("less than 10 %", "10 % or more"),
        _choice("none", "one", "two", "three or more"),
        _choice("China", "Russia", "a third country", "Other"),
    ),
    "options-gap": (
        CHOICE,
        _choice("below 180 GW", "180 to below 200 GW", "200 to below 220 GW", "220 GW or more"),
        _choice("0–9", "10–19", "20 or more"),
        _choice("less than 10 %", "10 % or more"),
        _choice("none", "one", "two", "three or more"),
        _choice("raise", "cut", "no change"),
        _choice("Moscow", "Beijing", "elsewhere"),
        _choice("Red Party", "Blue Party", "none of these"),
        _choice("1", "2", "any other number"),
    ),
    "double-barrelled": (
        SOUND,
        "Will Arland and Borland sign the treaty by 30 June 2027?",
        "Will Arland sign the treaty on trade and investment by 30 June 2027?",
        "Will Arland sign a purchase and sale contract by 30 June 2027?",
        "Will the rise and fall of prices be reported by 30 June 2027?",
        "Will Arland sign “and join” by 30 June 2027?",
        "Will they talk, by telephone, video or in person, by 30 June 2027?",
        changed(
            SOUND,
            text="Will Arland sign the treaty and join the union by 30 June 2027?",
            criteria=CRITERIA.replace("YES if", "YES only if both happen:"),
        ),
        "Will exports be 40 tonnes or more and imports fewer by 30 June 2027?",
    ),
    "inner-thought": (
        SOUND,
        "Will the parliament vote on the treaty by 30 June 2027?",
        "Will Arland consider leaving the union by 30 June 2027?",  # the criteria ask for an announcement
        "Will Think Tank Ltd. publish its study by 30 June 2027?",
    ),
    "death": (
        SOUND,
        "Will the death toll in Arland exceed 1,000 people by 30 June 2027?",
        "Will more than 1,000 people die in Arland by 30 June 2027?",
        "Will civilians be killed in Arland by 30 June 2027?",
        "Will the bill die in committee by 30 June 2027?",
        "Will Arland abolish the death penalty by 30 June 2027?",
        "Will the coalition survive until 30 June 2027?",
        "Will the government of Arland survive the vote by 30 June 2027?",
        "Will Die Linke win the vote by 30 June 2027?",
        "Will the president leave office by 30 June 2027?",
        _criteria("Annulled if the president dies before."),
    ),
    "extreme-prior": tuple(
        changed(SOUND, prior=prior) for prior in ("2%", "98%", "", "50%", "nonsense", "1")
    ),
    "no-base-rate": tuple(
        changed(SOUND, prior_reason=reason)
        for reason in (
            "3 of 10 years.",
            "Reference class: treaties of neighbours.",
            "It has never happened.",
            "Forecast markets stand there.",
            "About half of such treaties are signed.",
        )
    ),
    "no-question": (
        SOUND,
        "Will Arland sign by 30 June 2027? (the river treaty)",
        "到2027-06-30签署吗？",
    ),
}
