"""Commands of whoever runs the tracker: place, short help and example of each."""

from typing import Final

from tracker.interfaces.cli.commands.entry import CommandEntry

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
    "shares": CommandEntry("shares:list_shares", "List the share links that were not revoked."),
    "share": CommandEntry(
        "shares:share",
        "Make a link that needs no log-in; it is printed once.",
        "question rain-2027",
    ),
    "unshare": CommandEntry("shares:unshare", "End a share link.", "3f9a0c6d81e2"),
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
        "notify:list_rules", "List what you are told of, when, and from which threshold on."
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

SYSTEM_COMMANDS: Final = {
    "run": CommandEntry("operations:run", "Run the scheduler alone until Ctrl-C."),
    "worker": CommandEntry(
        "workers:worker", "Do the scheduler's jobs, on any machine.", "--queues poll,match"
    ),
    "mcp": CommandEntry(
        "mcp:serve_agent",
        "Serve an agent by MCP, over standard input and output.",
        "--as agent:scout",
    ),
    "jobs": CommandEntry(
        "workers:jobs", "List parked jobs, try one again, or drop it.", "--retry 12"
    ),
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
