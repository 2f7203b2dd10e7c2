"""Statements of questions on many subjects: both lines say what a headline would say.

The first half was seen while the rules were mended, the second was read once before: 19 of its 24
questions had two sound lines then, 15 before.
"""

from typing import Final

from tests.tables import check_rows
from tracker.matching.compile_question import compile_text

MENDED: Final = (
    (
        "Will the Barge Cup hand out more than $75 million in prizes by 31 August 2027?",
        "Barge Cup hands out more than $75 million in prizes",
        "Barge Cup will not hand out more than $75 million in prizes",
    ),
    (
        "Will at least 28 countries be using the vaccines on 31 December 2027?",
        "More than 28 countries are using the vaccines",
        "Fewer than 28 countries are using the vaccines",
    ),
    (
        "Will a day pass at Zermatt in February cost an adult more than 100 francs by 29 February 2028?",
        "Day pass at Zermatt costs an adult more than 100 francs",
        "Day pass at Zermatt will not cost an adult more than 100 francs",
    ),
    (
        "Will the Swiss glaciers lose at least 2 per cent of their ice by 31 October 2027?",
        "Swiss glaciers lose at least 2 per cent of their ice",
        "Swiss glaciers will not lose at least 2 per cent of their ice",
    ),
    (
        "Will Vail Resorts buy a majority of a third Swiss ski resort by 28 November 2028?",
        "Vail Resorts buys a majority of a third Swiss ski resort",
        "Vail Resorts will not buy a majority of a third Swiss ski resort",
    ),
    (
        "Will the SLF measure a snow depth of more than 100 cm at Weissfluhjoch by 25 December 2026?",
        "SLF measures a snow depth of more than 100 cm at Weissfluhjoch",
        "SLF will not measure a snow depth of more than 100 cm at Weissfluhjoch",
    ),
    (
        "Will Tignes open the Grande Motte glacier to skiers on at least one day in June 2027?",
        "Tignes opens the Grande Motte glacier to skiers on at least one day",
        "Tignes will not open the Grande Motte glacier to skiers on at least one day",
    ),
    (
        "Will the first Alpine World Cup race of the 2027-28 season be held after 14 November?",
        "First Alpine World Cup race of the 2027-28 season is held after 14 November",
        "First Alpine World Cup race of the 2027-28 season is not held after 14 November",
    ),
    (
        "Will the museum raise the price of a day ticket to at least 30 euros by 1 May 2027?",
        "Museum raises the price of a day ticket to at least 30 euros",
        "Museum will not raise the price of a day ticket to at least 30 euros",
    ),
    (
        "Will the choir of King's College record a new album by 31 December 2027?",
        "Choir of King's College records a new album",
        "Choir of King's College will not record a new album",
    ),
    (
        "Will a member of the crew leave the station before its end of mission by 30 June 2027?",
        "Member of the crew leaves the station before its end of mission",
        "Member of the crew will not leave the station before its end of mission",
    ),
    (
        "Will Ikea close more than 10 stores in Europe by 31 December 2027?",
        "Ikea closes more than 10 stores in Europe",
        "Ikea will not close more than 10 stores in Europe",
    ),
    (
        "Will the town council pass the cycling plan by 30 June 2027?",
        "Town council passes the cycling plan",
        "Town council votes down the cycling plan",
    ),
    (
        "Will the Danish parliament lower the voting age to 16 by 31 December 2028?",
        "Danish parliament lowers the voting age to 16",
        "Danish parliament rules out lowering the voting age to 16",
    ),
    (
        "Will Spotify report fewer than 700 million monthly users for the second quarter of 2027?",
        "Spotify reports fewer than 700 million monthly users",
        "Spotify will not report fewer than 700 million monthly users",
    ),
    (
        "Will a new record for the women's marathon be set by 31 October 2027?",
        "New record for the women's marathon is set",
        "New record for the women's marathon is not set",
    ),
    (
        "Will the European eel be listed as extinct in the wild by 31 December 2029?",
        "European eel is listed as extinct in the wild",
        "European eel is not listed as extinct in the wild",
    ),
    (
        "Will Japan win at least 20 gold medals at the Asian Games by 4 October 2026?",
        "Japan wins at least 20 gold medals at the Asian Games",
        "Japan will not win at least 20 gold medals at the Asian Games",
    ),
    (
        "Will the price of arabica coffee fall by at least 20 per cent by 30 June 2027?",
        "Price of arabica coffee falls by at least 20 per cent",
        "Price of arabica coffee will not fall by at least 20 per cent",
    ),
    (
        "Will the number of libraries in England drop below 2,900 by 31 March 2028?",
        "Number of libraries in England falls below 2,900",
        "Number of libraries in England stays above 2,900",
    ),
    (
        "Will Penguin Random House publish a novel written with a language model by 31 December 2027?",
        "Penguin Random House publishes a novel written with a language model",
        "Penguin Random House rules out publishing a novel written with a language model",
    ),
    (
        "Will the Louvre sell fewer than 8 million tickets in 2027?",
        "Louvre sells fewer than 8 million tickets",
        "Louvre will not sell fewer than 8 million tickets",
    ),
    (
        "Will the Netherlands keep its ban on river cruises at night until 31 December 2027?",
        "Netherlands keeps its ban on river cruises at night",
        "Netherlands gives up its ban on river cruises at night",
    ),
    (
        "Will Wembley Stadium host the final of the Euro 2028 by 31 July 2028?",
        "Wembley Stadium hosts the final of the Euro",
        "Wembley Stadium will not host the final of the Euro",
    ),
    ("Will the rail strike end by 1 March 2027?", "Rail strike ends", "Rail strike drags on"),
    (
        "Will honey bees in Austria lose more than a fifth of their colonies in the winter of 2026/27?",
        "Honey bees in Austria lose more than a fifth of their colonies",
        "Honey bees in Austria will not lose more than a fifth of their colonies",
    ),
)

NOUNS_LIKE_VERBS: Final = (
    (
        "Will Streaming's share of television viewing exceed 50 per cent in December 2027?",
        "Streaming's share of television viewing rises above 50 per cent",
        "Streaming's share of television viewing stays below 50 per cent",
    ),
    (
        "Will the twelve-month change in rents in Malta be higher in 2027 than in 2026?",
        "Twelve-month change in rents in Malta rises",
        "Twelve-month change in rents in Malta falls",
    ),
    (
        "Will the population of Oslo be at least 5 per cent lower in 2030 than in 2026?",
        "Population of Oslo falls by at least 5 per cent",
        "Population of Oslo falls by less than 5 per cent",
    ),
    (
        "Will milk production in Ireland be 8 billion litres or less in 2027?",
        "Milk production in Ireland falls below 8 billion litres",
        "Milk production in Ireland stays above 8 billion litres",
    ),
    (
        "Will the Swiss watch export value be more than 25 billion francs in 2027?",
        "Swiss watch export value rises above 25 billion francs",
        "Swiss watch export value stays below 25 billion francs",
    ),
    (
        "Will the gender pay gap in Malta be wider than that of Spain in 2027?",
        "Gender pay gap in Malta is wider than that of Spain",
        "Gender pay gap in Malta is not wider than that of Spain",
    ),
    (
        "Will the Acme Film Company report more than 200 million visits by 31 December 2027?",
        "Acme Film Company reports more than 200 million visits",
        "Acme Film Company will not report more than 200 million visits",
    ),
    (
        "Will the report of the dam inquiry name the builder by 30 June 2027?",
        "Report of the dam inquiry names the builder",
        "Report of the dam inquiry will not name the builder",
    ),
    (
        "Will most flights that airlines cancel in July be refunded by 1 October 2027?",
        "Most flights that airlines cancel are refunded",
        "Most flights that airlines cancel are not refunded",
    ),
    (
        "Will the rise of rents in Berlin slow in 2027?",
        "Rise of rents in Berlin slows",
        "Rise of rents in Berlin will not slow",
    ),
    (
        "Will a start-up develop its own battery by 2030?",
        "Start-up develops its own battery",
        "Start-up will not develop its own battery",
    ),
    (
        "Will an AI model score over 90% on the exam in 2027?",
        "AI model scores over 90% on the exam",
        "AI model will not score over 90% on the exam",
    ),
    (
        "Will Chad host or sponsor the cup by 2030?",
        "Chad hosts or sponsors the cup",
        "Chad will not host or sponsor the cup",
    ),
    (
        "Will the regulator open an inquiry into the airline by 30 June 2027?",
        "Regulator opens an inquiry into the airline",
        "Regulator rules out opening an inquiry into the airline",
    ),
    (
        "Will the coalition fall by 1 May 2027?",
        "Coalition falls",
        "Coalition will not fall",
    ),
    (
        "If rain fails, will any of the dams be closed by 1 May 2027?",
        "Any of the dams is closed",
        "None of the dams is closed",
    ),
    (
        "Will there be at least 30 named storms in 2027?",
        "At least 30 named storms",
        "Fewer than 30 named storms",
    ),
    (
        "Will Acme IPO and be listed in Oslo by May 2027?",
        "Acme goes public and is listed in Oslo",
        "Acme will not go public and be listed in Oslo",
    ),
    (
        "Oslo will host the Games by 2040?",
        "Oslo hosts the Games",
        "Oslo will not host the Games",
    ),
    (
        "Will old Thorvald zubble under snow in 2027?",
        "Old Thorvald zubble under snow",
        "Old Thorvald zubble under snow does not happen",
    ),
)

PRONOUNS: Final = (
    (
        "Will anybody run a marathon in under two hours by 31 December 2028?",
        "Anybody runs a marathon in under two hours",
        "Nobody runs a marathon in under two hours",
    ),
    (
        "Will any bank sell gold by 31 December 2028?",
        "Any bank sells gold",
        "No bank sells gold",
    ),
)

HELD_OUT: Final = (
    (
        "Will a season ticket at Arsenal cost more than 1,500 pounds by 1 August 2027?",
        "Season ticket at Arsenal rises above 1,500 pounds",
        "Season ticket at Arsenal stays below 1,500 pounds",
    ),
    (
        "Will the Great Barrier Reef lose more than 10 per cent of its coral by 30 June 2028?",
        "Great Barrier Reef loses more than 10 per cent of its coral",
        "Great Barrier Reef will not lose more than 10 per cent of its coral",
    ),
    (
        "Will Nestlé buy a stake in a maker of pet food in India by 31 December 2027?",
        "Nestlé buys a stake in a maker of pet food in India",
        "Nestlé will not buy a stake in a maker of pet food in India",
    ),
    (
        "Will the Met Office record a temperature above 41 degrees in England by 30 September 2027?",
        "Met Office records a temperature above 41 degrees in England",
        "Met Office will not record a temperature above 41 degrees in England",
    ),
    (
        "Will Berlin's Pergamon Museum open its north wing to visitors by 31 December 2027?",
        "Berlin's Pergamon Museum opens its north wing to visitors",
        "Berlin's Pergamon Museum keeps its north wing closed to visitors",
    ),
    (
        "Will the Tour de France of 2029 start outside Europe?",
        "Tour de France starts outside Europe",
        "Tour de France will not start outside Europe",
    ),
    (
        "Will a lecture hall at Oxford be named after Ada Lovelace by 31 December 2028?",
        "Lecture hall at Oxford is named after Ada Lovelace",
        "Lecture hall at Oxford is not named after Ada Lovelace",
    ),
    (
        "Will Lego stop making bricks from ABS plastic by 31 December 2030?",
        "Lego stops making bricks from ABS plastic",
        "Lego continues making bricks from ABS plastic",
    ),
    (
        "Will the share of vinyl in music sales rise above 10 per cent by 31 December 2027?",
        "Share of vinyl in music sales rises above 10 per cent",
        "Share of vinyl in music sales stays below 10 per cent",
    ),
    (
        "Will the British Library restore its catalogue of manuscripts by 30 June 2027?",
        "British Library restores its catalogue of manuscripts",
        "British Library rules out restoring its catalogue of manuscripts",
    ),
    (
        "Will the union reject the pay offer of the opera house by 1 April 2027?",
        "Union rejects the pay offer of the opera house",
        "Union accepts the pay offer of the opera house",
    ),
    (
        "Will New Zealand's kiwi population grow to at least 100,000 birds by 31 December 2030?",
        "New Zealand's kiwi population grows to at least 100,000 birds",
        "New Zealand's kiwi population will not grow to at least 100,000 birds",
    ),
    (
        "Will Portugal's cork harvest be smaller than 80,000 tonnes in 2027?",
        "Portugal's cork harvest is smaller than 80,000 tonnes",
        "Portugal's cork harvest is not smaller than 80,000 tonnes",
    ),
    (
        "Will a train driver of Deutsche Bahn be replaced by software on a public line by 31 December 2029?",
        "Train driver of Deutsche Bahn is replaced by software on a public line",
        "Train driver of Deutsche Bahn is not replaced by software on a public line",
    ),
    (
        "Will Nintendo release a film about Zelda by 31 May 2027?",
        "Nintendo releases a film about Zelda",
        "Nintendo rules out releasing a film about Zelda",
    ),
    (
        "Will Iceland kill at least 100 fin whales by 30 September 2027?",
        "Iceland kills at least 100 fin whales",
        "Iceland will not kill at least 100 fin whales",
    ),
    (
        "Will more than 60 teams enter the women's chess Olympiad by 1 September 2028?",
        "More than 60 teams enter the women's chess Olympiad",
        "Fewer than 60 teams enter the women's chess Olympiad",
    ),
    (
        "Will at least two publishers withdraw from the Frankfurt Book Fair by 15 October 2027?",
        "At least two publishers withdraw from the Frankfurt Book Fair",
        "At least two publishers will not withdraw from the Frankfurt Book Fair",
    ),
    (
        "Will the guild of bakers in France gain protection for the croissant by 31 December 2028?",
        "Guild of bakers in France gains protection for the croissant",
        "Guild of bakers in France will not gain protection for the croissant",
    ),
    (
        "Will Venice charge day visitors at least 15 euros by 1 April 2027?",
        "Venice charges day visitors at least 15 euros",
        "Venice will not charge day visitors at least 15 euros",
    ),
    (
        "Will the wolf be removed from Switzerland's list of strictly protected species by 30 June 2028?",
        "Wolf is removed from Switzerland's list of strictly protected species",
        "Wolf is not removed from Switzerland's list of strictly protected species",
    ),
    (
        "Will the English cricket team win the Ashes of 2027?",
        "English cricket team wins the Ashes",
        "English cricket team loses the Ashes",
    ),
    (
        "Will Mount Etna erupt on at least 30 days in 2027?",
        "Mount Etna erupts on at least 30 days",
        "Mount Etna will not erupt on at least 30 days",
    ),
    (
        "Will the Vienna Philharmonic appoint a woman as concertmaster by 31 December 2027?",
        "Vienna Philharmonic appoints a woman as concertmaster",
        "Vienna Philharmonic rules out appointing a woman as concertmaster",
    ),
)


@check_rows((*MENDED, *NOUNS_LIKE_VERBS, *PRONOUNS, *HELD_OUT))
def test_both_lines_read_as_headlines(text: str, yes: str, no: str) -> None:
    (statement,) = compile_text(text, "binary", ()).statements
    assert (statement.yes, statement.no) == (yes, no)
