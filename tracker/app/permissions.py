"""Right that each use case needs. A public method of a service without an entry is an error."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tracker.model.principal import Right

_VERBS: Final[Mapping[Right, Mapping[str, str]]] = MappingProxyType(
    {
        "read": {
            "questions": "list get get_as_of history explain_change explain_act explain_gaps lint"
            " lint_stored get_statements compile plan_sibling siblings",
            "forecasts": "parse imports",
            "comments": "list get history note wide_gaps",
            "evidence": "inbox list get cards near_misses search preview_review estimate",
            "learning": "matcher_record list history",
            "resolutions": "proposals missing check preview post_mortem receipts prove",
            "accuracy": "summarise score_table calibration recalibration consent compare trace_pair"
            " habits record",
            "essays": "list titles get get_access compare drafts",
            "scenarios": "list get",
            "links": "groups coherence",
            "signposts": "calendar",
            "feeds": "list status get budget first_start export_opml",
            "series": "list get is_read",
            "benchmarks": "list",
            "reports": "build build_public check recent_changes",
            "question_sets": "export",
            "people": "list list_outside",
            "shares": "list make revoke",
            "accounts": "logins end_login end_other_logins issuers link_mine tokens make_token"
            " revoke_token log_out acts_today",
            "notifications": "channels add_channel remove_channel pause_channel resume_channel"
            " test_channel rules set_rule times set_times attend attention preview",
            "requests": "begin finish abandon",
            "system": "version newest_entry verify verify_scores last_model_check replayed_until"
            " replay_end headline_credit runs first_steps status work read_head scheduler_state"
            " workload",
        },
        "forecast": {
            "forecasts": "submit reaffirm withdraw undo redo",
            "comments": "add edit remove write_note dismiss_gap",
            "accuracy": "recalibrate stop_recalibrating",
        },
        "propose": {"evidence": "add"},
        "curate": {
            "questions": "ask share set_statements reset_statements repeat stop_repeating"
            " open_siblings add_indicator edit retract change_option",
            "forecasts": "preview_import import_files undo_import fetch_account",
            "evidence": "review reopen offer_near_misses dismiss rematch hand_out_archive"
            " match_chunk ask_model",
            "resolutions": "resolve resolve_proposed dismiss_proposed settle_by reopen",
            "essays": "add share remove save_draft delete_draft write_drafts open_drafts"
            " open_claims reject_claim restore_claim propose",
            "scenarios": "add set_likelihoods",
            "links": "add decide_repair",
            "feeds": "judge_first_start poll stop_polling hand_out poll_batch split_batch park add"
            " subscribe try_address check import_opml change pause retry retry_failing find"
            " read_articles",
            "series": "check check_again add remove",
            "benchmarks": "look_up link unlink poll",
            "question_sets": "load load_built_in note_unchecked",
            "people": "add_outside",
        },
        "administer": {
            "accuracy": "choose_crowd",
            "evidence": "update_suggestions",
            "learning": "fit decide",
            "signposts": "mark",
            "people": "add register save_as_default",
            "reports": "export_table",
            "accounts": "list add invite offer_reset make_owner_link read_link join reset"
            " enter_as_owner log_in enter_by_identity join_by_identity identify identify_program"
            " identify_vouched explain_token act_as link unlink count_logins refusals change_role"
            " disable enable",
            "notifications": "read_stop stop collect send",
            "shares": "open",
            "upkeep": "back_up backups run_daily check prune compact",
            "system": "lead check_database check_model find_local_models mark_replayed"
            " set_headline_credit record_run note_scheduler export_database import_database"
            " take_slot connect_worker rescue_jobs retry_job drop_job sign_head sign_daily_head",
        },
    }
)

REQUIRED_RIGHTS: Final[Mapping[str, Right]] = MappingProxyType(
    {
        f"{noun}.{verb}": right
        for right, nouns in _VERBS.items()
        for noun, verbs in nouns.items()
        for verb in verbs.split()
    }
)
"""Right by use case, as in `questions.ask`."""
