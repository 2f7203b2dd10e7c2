"""Who acts in a question of a model is of the essay, its place, its catalogue entry or its source."""

from tests.tables import check_rows
from tracker.llm.draft_actors import EssayNames, find_actor_fault

TRADE = (
    "Arland will soon close its ports.",
    "Trade in the north",
    "Prime Minister Ada Berg leads Arland. Berg and the Harbour League met Donald Trump in Norway. "
    "Tesla builds lorries there, and General Motors left. The EIA counts oil. Deaths from flu fell."
    " Olaf Lind of the Rust Project wrote to the World Trade Organization.",
)
OIL = "- oil: oil production of Norway; published by the Norwegian Offshore Directorate"
FUTURE = (
    "Machines will drive us.",
    "The next ten years",
    "Our machines will drive us. Bugs will stay.",
)
BANK = (
    "The bank will raise its rate.",
    "Oslo\nNorway",
    "Norges Bank met in Oslo. The bank will raise its rate.",
)
PLANT = ("Ford will close its plant.", "Cars", "Ford will close its plant in Lund.")


def fault(essay: tuple[str, str, str], text: str, sources: str = "Arland Gazette") -> str:
    claim, subject, around = essay
    return find_actor_fault(text, sources, EssayNames(claim, subject, f"{around}\n{claim}", OIL))


@check_rows(
    [
        # Those of the essay, in this or another form
        (TRADE, "Will Arland close the port of Lund by 31 December 2027?"),
        (TRADE, "Will Arland's parliament pass a law on ports by 31 December 2027?"),
        (TRADE, "Will Arland’s prime minister Ada Berg resign by 31 December 2027?"),
        (TRADE, "Will Prime Minister Berg of Arland resign by 31 December 2027?"),
        (TRADE, "Will President Donald Trump visit Arland by 31 December 2027?"),
        (TRADE, "Will the Harbour League and the Dockers Union strike by 31 December 2027?"),
        (TRADE, "Will Tesla Motors close its works by 31 December 2027?"),
        (TRADE, "Will the US Energy Information Administration count less oil in 2027?"),
        (TRADE, "Will the WTO open a dispute on ports by 31 December 2027?"),
        (TRADE, "Will a stable Rust release drop the parser by 31 December 2027?"),
        (TRADE, "If Zed Lines leaves, will Arland close a port by 31 December 2027?"),
        # Its place, the offices of the place, and the bodies of any state
        (TRADE, "Will Norwegian exports be lower in 2027 than in 2026?"),
        (TRADE, "Will the Storting vote on ports by 31 December 2027?"),
        (TRADE, "Will the Supreme Court rule on the ports by 31 December 2027?"),
        (BANK, "Will Norges Bank raise its policy rate by 31 December 2027?"),
        (BANK, "Will the central bank of Norway raise its policy rate by 31 December 2027?"),
        (TRADE, "Will Norway sign a treaty with Zedland by 31 December 2027?"),
        (
            ("Britain will build.", "", ""),
            "Will more homes of England be built in 2027 than in 2026?",
        ),
        (("Europe will stay united.", "", ""), "Will Germany leave the euro area by 2030?"),
        # What is measured has no actor
        (TRADE, "What will trade in ports be worth in 2027, in million US dollars?"),
        (TRADE, "Will the number of closed ports be higher in 2027 than in 2026?"),
        (FUTURE, "What life expectancy will the United States have in 2027, in years?"),
        (FUTURE, "Will sales of AI machines in 2027 exceed those of 2026?"),
        (FUTURE, "Will the Commonhold and Machines Bill of Zedland get Royal Assent by 2028?"),
        (TRADE, "Will the Norwegian Offshore Directorate report less oil for 2027 than for 2026?"),
    ]
)
def test_who_is_of_the_essay_may_act(essay: tuple[str, str, str], text: str) -> None:
    assert fault(essay, text) == ""


@check_rows(
    [
        (FUTURE, "Will Waymo state at least 2 million rides a week by 2027-12-31?", "Waymo"),
        (FUTURE, "Will Waymo open in Lund by 31 December 2027?", "Waymo"),
        (FUTURE, "Will METR publish a horizon of 160 hours by 31 December 2027?", "METR"),
        (FUTURE, "How many of Base and Arbitrum One will L2BEAT list in 2027?", "L2BEAT"),
        (FUTURE, "What share of journalists surveyed for Cision's report will drive?", "Cision"),
        (PLANT, "Will StatCounter report a higher share for 2027 than for 2026?", "StatCounter"),
        (
            PLANT,
            "Will wages be higher in 2027 than in 2026, by the Labour Office?",
            "Labour Office",
        ),
        (PLANT, "Will the Freedom House report rate the place free in 2027?", "Freedom House"),
    ]
)
def test_the_source_may_publish_and_act(essay: tuple[str, str, str], text: str, by: str) -> None:
    assert fault(essay, text, by) == ""


@check_rows(
    [
        # Invented people and bodies
        (TRADE, "Will Minister Olaf Berg of Arland resign by 31 December 2027?", "Minister Olaf"),
        (TRADE, "Will Arland's finance minister Ida Holm resign by 31 December 2027?", "Ida Holm"),
        (TRADE, "Will the Arland Freedom Front win a port by 31 December 2027?", "Freedom Front"),
        (TRADE, "Will Ida Holm close a port of Arland by 31 December 2027?", "Ida Holm"),
        (TRADE, "If Arland closes a port, will Ida Holm go by 31 December 2027?", "Ida Holm"),
        (TRADE, "If Arland closes a port, will Zed Lines go by 31 December 2027?", "Zed Lines"),
        (TRADE, "Unless it rains, will Ida Holm go to Arland by 31 December 2027?", "Ida Holm"),
        (TRADE, "When will Ida Holm close the ports of Arland?", "Ida Holm"),
        (TRADE, "Who will follow Ida Holm as head of the ports?", "Ida Holm"),
        (TRADE, "Will the Zedland Union vote on ports by 31 December 2027?", "Zedland Union"),
        (TRADE, "Will the Bank of Zedland buy ports by 31 December 2027?", "Zedland"),
        (TRADE, "Will the OPQ close its ports by 31 December 2027?", "OPQ"),
        (TRADE, "Will shares of Zed Lines fall by 31 December 2027?", "Zed Lines"),
        # The same first or family name
        (TRADE, "Will Donald Tusk close a port by 31 December 2027?", "Donald Tusk"),
        (TRADE, "Will Ada Lind close a port by 31 December 2027?", "Ada Lind"),
        (TRADE, "Will Melania Trump visit Arland by 31 December 2027?", "Melania Trump"),
        (TRADE, "Will General Atomics close its works by 31 December 2027?", "General Atomics"),
        (TRADE, "Will the World Health Assembly ban ports by 31 December 2027?", "World Health"),
        # Another company or body than the one that the claim is about
        (PLANT, "Will Volvo close its plant by 31 December 2027?", "Volvo"),
        (PLANT, "Will the Volvo plant in Lund close by 31 December 2027?", "Volvo"),
        (PLANT, "Will Ida Holm buy the plant of Ford by 31 December 2027?", "Ida Holm"),
        (PLANT, "What will a share of Volvo cost in 2027, in euros?", "Volvo"),
        # Another place
        (TRADE, "Will Paraguay close its ports by 31 December 2027?", "Paraguay"),
        (BANK, "Will the Riksbank raise its rate by 31 December 2027?", "Sweden"),
        (BANK, "Will the Bank of England raise its rate by 31 December 2027?", "United Kingdom"),
        (BANK, "Will the Federal Reserve raise its rate by 31 December 2027?", "United States"),
        (BANK, "Will Sweden raise its rate by 31 December 2027?", "Sweden"),
        (BANK, "What will the Swedish policy rate be in 2027, in per cent?", "Sweden"),
        (BANK, "Will Swedish ports close for Norway by 31 December 2027?", "Sweden"),
        (BANK, "Will the Riksbank lend to Norway by 31 December 2027?", "Sweden"),
        (BANK, "Will rates in Japan be higher in 2027 than in 2026?", "Japan"),
        (BANK, "Will the Bundestag raise a rate by 31 December 2027?", "Germany"),
        # Nothing of the essay at all
        (TRADE, "Will somebody vote for me?", "nothing in it is of the essay"),
        (FUTURE, "What will a kilogram of sugar cost in 2027, in euros?", "nothing in it"),
    ]
)
def test_an_invented_actor_is_refused(essay: tuple[str, str, str], text: str, why: str) -> None:
    assert why in fault(essay, text)


@check_rows(
    [
        (PLANT, "Will Volvo close its plant by 31 December 2027?", "Volvo"),
        (BANK, "Will the Riksbank raise its rate by 31 December 2027?", "the Riksbank"),
        (TRADE, "Will Ida Holm resign by 31 December 2027?", "Office of Ida Holm"),
        (TRADE, "Will Zed Lines buy a port of Arland by 31 December 2027?", "Zed Lines"),
    ]
)
def test_a_source_does_not_replace_the_claims_actor(
    essay: tuple[str, str, str], text: str, by: str
) -> None:
    assert fault(essay, text, by).startswith("it is about ")
