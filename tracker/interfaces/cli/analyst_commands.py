"""Commands of analysts: place, short help and example of each."""

from typing import Final

from tracker.interfaces.cli.commands.entry import CommandEntry

QUESTION_COMMANDS: Final = {
    "list": CommandEntry(
        "questions:list_questions",
        "List the questions with their current numbers.",
        "--status open",
    ),
    "show": CommandEntry(
        "questions:show_question",
        "Show a question: numbers, reasons, evidence, its answer.",
        "neutrality-2027",
    ),
    "ask": CommandEntry(
        "question_edits:ask",
        "Open a question of your own, of any kind.",
        'rain-2027 --text "Will it rain on 1 May 2027?" --criteria "The gauge shows 0.1 mm" '
        "--source https://example.org --closes 2027-05-02",
    ),
    "edit": CommandEntry(
        "question_edits:edit",
        "Reword a question; forecasts keep their wording.",
        'rain-2027 --text "Will it rain in Oslo on 1 May 2027?" --why "The place was missing"',
    ),
    "retract": CommandEntry(
        "question_edits:retract",
        "Take back a question that nobody has forecast yet.",
        'rain-2027 --why "Asked twice"',
    ),
    "lint": CommandEntry(
        "question_edits:lint",
        "Say what keeps a stranger from resolving a question.",
        "rain-2027",
    ),
    "options": CommandEntry(
        "question_edits:options",
        "Show the options of a question, add one, or remove one.",
        "first-visit --add Delhi",
    ),
    "access": CommandEntry(
        "sharing:share_question",
        "Choose who sees a question: some, or everybody.",
        "rain-2027 --with ben",
    ),
    "statements": CommandEntry(
        "questions:statements",
        "Show the lines that news is compared with, or edit them.",
        'rain-2027 --yes "Rain falls in Oslo on 1 May" --no "Oslo stays dry on 1 May"',
    ),
    "add-indicator": CommandEntry(
        "evidence:add_indicator",
        "Watch for something more that bears on a question.",
        'rain-2027 --name "A front is forecast" --speaks for --term "front|rain" '
        '--example "Rain front expected"',
    ),
    "repeat": CommandEntry(
        "repeating:repeat",
        "Open a question again and again for shorter windows.",
        "neutrality-2027 --every month --dry-run",
    ),
    "resolve": CommandEntry(
        "questions:resolve",
        "Answer a question, or annul it.",
        "rain-2027 yes --source https://example.org --known-at 2027-05-02",
    ),
    "settle-by": CommandEntry(
        "answers:settle_by",
        "Name the series and the rule that settle a question.",
        'brent-2026 brent --rule "mean of 2026-12 more than 60"',
    ),
    "proposed-answers": CommandEntry(
        "answers:list_proposed_answers",
        "List proposed answers, and what others wait for.",
    ),
    "dismiss-answer": CommandEntry(
        "answers:dismiss_answer",
        "Dismiss a proposed answer: it is not proposed again.",
        'brent-2026 --why "The criteria name another price"',
    ),
    "comments": CommandEntry(
        "comments:list_comments",
        "List the comments on a question, and your private note.",
        "neutrality-2027",
    ),
    "comment": CommandEntry(
        "comments:comment",
        "Comment on a question, or edit or remove a comment.",
        'neutrality-2027 "@ben: what do you know of the May summit?"',
    ),
    "gaps": CommandEntry(
        "comments:gaps",
        "Show who disagrees on a question, and why.",
        "neutrality-2027",
    ),
    "benchmarks": CommandEntry(
        "benchmarks:list_benchmarks",
        "List the linked questions on other platforms.",
        "neutrality-2027",
    ),
    "link-benchmark": CommandEntry(
        "benchmarks:link_benchmark",
        "Link the same question elsewhere, to be read and scored.",
        "neutrality-2027 https://manifold.markets/ann/neutrality-ends",
    ),
    "unlink-benchmark": CommandEntry(
        "benchmarks:unlink_benchmark",
        "Read a question elsewhere no more; its forecasts stay.",
        "neutrality-2027 manifold",
    ),
    "calendar": CommandEntry(
        "scenarios:calendar",
        "Show what to expect next: signposts, closes and answers.",
        "--ics due.ics",
    ),
    "sets": CommandEntry("sets:list_sets", "List the question sets that come with the tracker."),
    "check-set": CommandEntry(
        "sets:check_set", "Check a question set; nothing is loaded.", "china_russia_2022"
    ),
    "import-set": CommandEntry("sets:import_set", "Load a question set.", "china_russia_2022"),
    "export-set": CommandEntry(
        "sets:export_set",
        "Write an essay with all its questions as a question set.",
        "outlook my-set",
    ),
}

FORECAST_COMMANDS: Final = {
    "set": CommandEntry(
        "forecasts:set_forecast",
        "Set your forecast.",
        'neutrality-2027 85% --because "No break after the May summit"',
    ),
    "reaffirm": CommandEntry(
        "forecasts:reaffirm",
        "Say again what you hold; it counts as an act.",
        "neutrality-2027",
    ),
    "withdraw": CommandEntry(
        "forecasts:withdraw",
        "Take your forecast back: from now on you hold none.",
        "neutrality-2027",
    ),
    "undo": CommandEntry(
        "forecasts:undo",
        "Take back your last act on a question, as a new act.",
        "neutrality-2027",
    ),
    "redo": CommandEntry(
        "forecasts:redo",
        "Bring back what your last undo took, as a new act.",
        "neutrality-2027",
    ),
    "import": CommandEntry(
        "imports:import_forecasts",
        "Import forecasts made elsewhere, and answers.",
        "fatebook.csv --preview",
    ),
    "imports": CommandEntry("imports:list_imports", "List the imports that were made."),
    "undo-import": CommandEntry(
        "imports:undo_import", "Take back all that an import entered.", "3"
    ),
    "fetch": CommandEntry(
        "imports:fetch_account",
        "Download your forecasts from another site, to import them.",
        "manifold ada --out manifold.json",
    ),
    "add-outside": CommandEntry(
        "forecasts:add_outside",
        "Add a market or platform, scored beside people.",
        "Polymarket --kind market",
    ),
}

EVIDENCE_COMMANDS: Final = {
    "inbox": CommandEntry(
        "evidence:inbox", "List the evidence that waits for your judgement.", "neutrality-2027"
    ),
    "review": CommandEntry(
        "evidence:review",
        "Confirm a piece of evidence, perhaps corrected, or reject it.",
        "12 confirm --strength strong",
    ),
    "add": CommandEntry(
        "manual_evidence:add",
        "Add a report as evidence, by its address or headline.",
        'neutrality-2027 "Indian leader visits Moscow" --direction for --strength moderate',
    ),
    "near-misses": CommandEntry(
        "manual_evidence:near_misses", "List this week's five that the matcher left out."
    ),
    "dismiss": CommandEntry(
        "manual_evidence:dismiss",
        "Say that a near miss is no evidence: it is not asked again.",
        "neutrality-2027 412",
    ),
    "search": CommandEntry(
        "manual_evidence:search",
        "Search everything that was read, the newest first.",
        "summit Moscow --limit 5",
    ),
    "rematch": CommandEntry(
        "operations:rematch", "Match the archive with new questions, or again.", "--chunks 10"
    ),
}

ESSAY_COMMANDS: Final = {
    "list": CommandEntry("essays:list_essays", "List the essays and how their claims did."),
    "add": CommandEntry(
        "essays:add",
        "Add an essay with its text, or a new version of its text.",
        'outlook.md --title "Air travel outlook 2027"',
    ),
    "access": CommandEntry(
        "sharing:share_essay",
        "Choose who sees an essay and the questions from it.",
        "outlook --private",
    ),
    "claims": CommandEntry(
        "essays:claims", "Find the claims in a file, or in an essay.", "outlook.md"
    ),
    "draft": CommandEntry(
        "essay_drafts:draft",
        "Draft questions from the sentences at these characters.",
        "outlook 247 381 --out outlook.toml",
    ),
    "open": CommandEntry(
        "essay_drafts:open_drafts",
        "Open the questions of a completed draft file.",
        "outlook outlook.toml",
    ),
    "reject": CommandEntry(
        "essays:reject",
        "Set the sentence at a character aside as untestable.",
        'outlook 381 --why "It names no date"',
    ),
    "restore": CommandEntry(
        "essays:restore", "Take a sentence up again that was set aside.", "outlook 381"
    ),
    "remove": CommandEntry(
        "essays:remove", "Remove an essay from which no question was opened.", "outlook"
    ),
    "map": CommandEntry(
        "essays:show_map", "Show an essay with its record written over it.", "outlook"
    ),
    "compare": CommandEntry(
        "essays:compare", "Compare the records of two essays, beyond chance.", "outlook treaty"
    ),
}

SCENARIO_COMMANDS: Final = {
    "list": CommandEntry("scenarios:list_scenarios", "List the scenario sets."),
    "show": CommandEntry(
        "scenarios:show_scenarios",
        "Show a scenario set: its shares now and its table.",
        "china-policy-2027",
    ),
    "row": CommandEntry(
        "scenarios:set_row",
        "Say how likely an answer YES is in each scenario.",
        'china-policy-2027 neutrality-2027 0.9 "very likely" 0.5 0.2 "very unlikely"',
    ),
    "links": CommandEntry(
        "scenarios:list_links", "List links, contradictions between forecasts, and repairs."
    ),
    "add-link": CommandEntry(
        "scenarios:add_link",
        "Bind questions to each other.",
        'ceasefire-dates dates ceasefire-2027 ceasefire-end-2027 --title "End of the war"',
    ),
    "repair-link": CommandEntry(
        "scenarios:repair_link",
        "Adopt the nearest forecasts that agree, or decline them.",
        'ceasefire-dates --why "More time cannot make it less likely"',
    ),
}

ACCURACY_COMMANDS: Final = {
    "summary": CommandEntry(
        "scores:summarise_accuracy", "Show how good every forecaster was.", "--retrospective"
    ),
    "score": CommandEntry(
        "scores:score", "Show everyone's scores on a question, or over all.", "neutrality-2025"
    ),
    "receipts": CommandEntry(
        "scores:receipts",
        "Show the intervals that every score of a question is made of.",
        "neutrality-2025 --who prior",
    ),
    "calibration": CommandEntry(
        "scores:calibration", "Show whether 70% happened seven times in ten.", "--lead 90"
    ),
    "compare": CommandEntry(
        "scores:compare",
        "Say who was better than whom.",
        "--who suggestion",
    ),
    "habits": CommandEntry(
        "scores:habits", "Show how people revise: how often, and by how much.", "--tag trade"
    ),
}

REPORT_COMMANDS: Final = {
    "build": CommandEntry(
        "reports:build_report",
        "Write a report on a question, scenario set, essay or week.",
        "question neutrality-2027 --out neutrality.pdf",
    ),
    "check": CommandEntry(
        "reports:check_report", "Check that a report is as it was made.", "neutrality.pdf"
    ),
    "export": CommandEntry(
        "reports:export_tables",
        "Write one table or all; without either, list them.",
        "forecasts --format parquet",
    ),
}
