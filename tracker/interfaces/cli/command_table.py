"""Table of all commands by group: place, short help and example of each."""

from typing import Final

from tracker.interfaces.cli.commands.entry import CommandEntry, GroupEntry

QUESTION_COMMANDS: Final = {
    "list": CommandEntry(
        "questions:list_questions",
        "List the questions with their current numbers.",
        "--status open",
    ),
    "show": CommandEntry(
        "questions:show_question",
        "Show a question: numbers, their reasons, evidence.",
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
        'rain-2027 --name "A front is forecast" --speaks yes --term "front|rain" '
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

FEED_COMMANDS: Final = {
    "list": CommandEntry("feeds:list_feeds", "List the feeds with their health."),
    "show": CommandEntry(
        "feeds:show_feed",
        "Show how a feed or series fares, and what it brought.",
        "bbc-world",
    ),
    "add": CommandEntry(
        "feeds:add_feed",
        "Read the feed at an address from now on.",
        "https://example.org/feed.xml --grade B",
    ),
    "test": CommandEntry(
        "feeds:test_feed", "Read an address once and keep nothing.", "https://example.org/feed.xml"
    ),
    "check": CommandEntry(
        "feeds:check_feeds",
        "Ask all feeds once, or some, and say which answer.",
        "--set china_russia_2022",
    ),
    "set": CommandEntry(
        "feeds:set_feed", "Set how a feed is read.", "bbc-world --importance 2 --full-text"
    ),
    "pause": CommandEntry("feeds:pause_feed", "Poll a feed or series no more.", "bbc-world"),
    "retry": CommandEntry(
        "feeds:retry_feed",
        "Poll a feed or series at the next tick, paused or not.",
        "bbc-world",
    ),
    "poll": CommandEntry("feeds:poll", "Poll the feeds that are due, once.", "--all"),
    "import": CommandEntry(
        "feeds:import_feeds", "Add the feeds of a subscription list (OPML).", "feeds.opml"
    ),
    "export": CommandEntry(
        "feeds:export_feeds", "Write all feeds as a subscription list (OPML).", "feeds.opml"
    ),
    "series": CommandEntry(
        "series:list_series", "List the series of numbers with their newest values."
    ),
    "add-series": CommandEntry(
        "series:add_series",
        "Read the series of numbers at an address from now on.",
        "brent https://example.org/brent.csv --format csv --date Date --value Price --unit USD",
    ),
    "remove-series": CommandEntry(
        "series:remove_series", "Read a series no more for good; its values stay.", "brent"
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

MODEL_COMMANDS: Final = {
    "check": CommandEntry(
        "model:check", "Measure the model: may it move numbers, or only propose?"
    ),
    "ask": CommandEntry(
        "model:ask", "Have the model judge evidence that waits, and near misses.", "--most 5"
    ),
    "learned": CommandEntry(
        "learned:list_learned", "List what was learned from reviews and answers."
    ),
    "history": CommandEntry(
        "learned:history", "Show every version of a learned value, the oldest first.", "relevance"
    ),
    "freeze": CommandEntry(
        "learned:freeze", "Keep a value as it is, whatever reviews and answers say.", "relevance"
    ),
    "thaw": CommandEntry("learned:thaw", "Let a frozen value learn again.", "relevance"),
    "reset": CommandEntry("learned:reset", "Put a value back to its default.", "relevance"),
    "update": CommandEntry("learned:update", "Learn from reviews and answers now."),
}

SHARE_COMMANDS: Final = {
    "make": CommandEntry(
        "shares:make", "Make a link that needs no log-in; it is printed once.", "question rain-2027"
    ),
    "list": CommandEntry("shares:list_shares", "List the share links that were not revoked."),
    "revoke": CommandEntry("shares:revoke", "End a share link.", "3f9a0c6d81e2"),
}

PEOPLE_COMMANDS: Final = {
    "list": CommandEntry("people:list_accounts", "List who may log in, and with which role."),
    "invite": CommandEntry("people:invite", "Make a link by which one person joins.", "analyst"),
    "add": CommandEntry(
        "people:add", "Make an account without a password, for an agent.", "Scout --role agent"
    ),
    "role": CommandEntry("people:change_role", "Give an account another role.", "ben analyst"),
    "reset": CommandEntry("people:reset", "Make a link to set a new password.", "ben"),
    "disable": CommandEntry("people:disable", "Let an account log in no longer.", "ben"),
    "enable": CommandEntry("people:enable", "Let a disabled account log in again.", "ben"),
    "link": CommandEntry(
        "people:link",
        "Let a person of the OpenID provider log in as an account.",
        "ben 00u1f96ab",
    ),
    "unlink": CommandEntry(
        "people:unlink", "Forget by whom an account is vouched for, and end its log-ins.", "ben"
    ),
    "refusals": CommandEntry("people:refusals", "List what was refused lately, the newest first."),
    "tokens": CommandEntry("people:tokens", "List the tokens of programs."),
    "token": CommandEntry(
        "people:token", "Make a token for a program; it is shown once.", "scout --name nightly"
    ),
    "revoke": CommandEntry("people:revoke", "End a program's token.", "4f1c09aa21be"),
}

NOTIFY_COMMANDS: Final = {
    "list": CommandEntry("notify:list_channels", "List your channels, and which of them fail."),
    "add": CommandEntry(
        "notify:add_channel",
        "Add a channel: e-mail, ntfy, Slack, a webhook …",
        "ntfys://ntfy.sh/my-secret-topic --name Phone",
    ),
    "test": CommandEntry(
        "notify:test_channel", "Send a test message to a channel now.", "4f1c09aa21be"
    ),
    "pause": CommandEntry(
        "notify:pause_channel", "Send nothing to a channel for now.", "4f1c09aa21be"
    ),
    "resume": CommandEntry(
        "notify:resume_channel",
        "Send to a paused channel again, or try a failing one at once.",
        "4f1c09aa21be",
    ),
    "remove": CommandEntry(
        "notify:remove_channel", "Remove a channel, with what waits for it.", "4f1c09aa21be"
    ),
    "rules": CommandEntry(
        "notify:list_rules", "List what you are told, when, and from which threshold on."
    ),
    "rule": CommandEntry(
        "notify:set_rule",
        "Change when you are told of one kind of thing.",
        'moved --pace "at once" --threshold 15',
    ),
    "times": CommandEntry(
        "notify:set_times",
        "Set your time zone, quiet hours, and the time of the digest.",
        "--zone Europe/Oslo --quiet 22:00-07:00 --digest weekly --weekday Monday",
    ),
    "follow": CommandEntry(
        "notify:follow", "Be told of a question without a forecast of yours.", "neutrality-2027"
    ),
    "mute": CommandEntry(
        "notify:mute",
        "Be told nothing more of a question, also if you forecast it.",
        "neutrality-2027",
    ),
    "preview": CommandEntry(
        "notify:preview", "Print what the next message would say now; nothing is sent."
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

SET_COMMANDS: Final = {
    "list": CommandEntry("sets:list_sets", "List the sets that come with the tracker."),
    "validate": CommandEntry(
        "sets:validate", "Check a question set; nothing is loaded.", "china_russia_2022"
    ),
    "import": CommandEntry("sets:import_set", "Load a question set.", "china_russia_2022"),
    "export": CommandEntry(
        "sets:export_set",
        "Write an essay with all its questions as a question set.",
        "outlook my-set",
    ),
}

SYSTEM_COMMANDS: Final = {
    "run": CommandEntry("operations:run", "Run the scheduler alone until Ctrl-C."),
    "worker": CommandEntry(
        "workers:worker", "Do the scheduler's jobs, on any machine.", "--queues poll,match"
    ),
    "jobs": CommandEntry("workers:jobs", "List parked jobs, or try one again.", "--retry 12"),
    "address": CommandEntry(
        "operations:address", "Print an address that lets you into the dashboard once."
    ),
    "verify": CommandEntry(
        "operations:verify", "Check that nothing was changed after it was entered.", "--scores"
    ),
    "sign": CommandEntry(
        "operations:sign", "Sign the head of the log, and keep it outside the database."
    ),
    "status": CommandEntry("upkeep:status", "Show version, growth, backups, workers and queues."),
    "check": CommandEntry(
        "upkeep:check", "Check everything that can be wrong, and say what to do."
    ),
    "backup": CommandEntry(
        "upkeep:back_up", "Copy the database while everything runs.", "--to /media/usb"
    ),
    "restore": CommandEntry(
        "upkeep:restore",
        "Put a backup in the place of the database, which is kept.",
        "data/backups/backup-20261128T031500Z.zip",
    ),
    "prune": CommandEntry("upkeep:prune", "Delete old texts that bear on nothing.", "--dry-run"),
    "export": CommandEntry(
        "database_files:export_database",
        "Write everything into one file, to be kept or moved.",
        "tracker.zip",
    ),
    "import": CommandEntry(
        "database_files:import_database",
        "Fill a new database with such a file.",
        "tracker.zip",
    ),
    "licences": CommandEntry(
        "installation:licences",
        "List the installed packages with their licences.",
        "--json",
    ),
    "metrics": CommandEntry(
        "feeds:metrics", "Print the state of feeds, questions and jobs for Prometheus."
    ),
    "suggest": CommandEntry(
        "operations:suggest", "Bring the estimate of every open question up to now."
    ),
    "backtest": CommandEntry(
        "backtest:backtest",
        "Replay an archive of news, and score the estimate.",
        "archive.jsonl.gz --until 2022-07-01",
    ),
}

COMMANDS: Final = {
    "up": CommandEntry(
        "operations:up",
        "Start everything: database, questions, scheduler, dashboard.",
        "--port 8600 --no-browser",
    ),
    "demo": CommandEntry(
        "operations:demo", "Replay the years since February 2022, and show them.", "--fresh"
    ),
    "mcp": CommandEntry(
        "mcp:serve_agent",
        "Serve an agent by MCP, over standard input and output.",
        "--as agent:scout",
    ),
    "question": GroupEntry("Ask questions, look at them, and answer them.", QUESTION_COMMANDS),
    "forecast": GroupEntry("Make forecasts, and take them back.", FORECAST_COMMANDS),
    "evidence": GroupEntry("Judge the evidence that the feeds brought.", EVIDENCE_COMMANDS),
    "essay": GroupEntry("Read an essay: its claims, their questions, its record.", ESSAY_COMMANDS),
    "feed": GroupEntry("Choose which feeds and series are read, and poll them.", FEED_COMMANDS),
    "scenario": GroupEntry("Compare whole futures, and bind questions.", SCENARIO_COMMANDS),
    "accuracy": GroupEntry("See who was right, and how sure that is.", ACCURACY_COMMANDS),
    "model": GroupEntry("Use a language model, and see what was learned.", MODEL_COMMANDS),
    "people": GroupEntry("Let people and programs in, each with a role.", PEOPLE_COMMANDS),
    "notify": GroupEntry("Be told by e-mail, chat or webhook.", NOTIFY_COMMANDS),
    "share": GroupEntry("Show a question, chart or calendar without a log-in.", SHARE_COMMANDS),
    "report": GroupEntry("Write and check reports, and write tables.", REPORT_COMMANDS),
    "set": GroupEntry("Check, load and write question sets.", SET_COMMANDS),
    "system": GroupEntry("Back up, restore, check, export, measure.", SYSTEM_COMMANDS),
}
