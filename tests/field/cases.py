"""Which tests of our own stand for which case of the field reports.

A case is a file of `files`, or a section of the README of `registers`. Each has tests with the
right result, of several members of its kind and of one that looks alike. Where the original can be
executed, a test does so when the folder of the reports is beside the checkout.
"""

from collections.abc import Mapping, Sequence
from typing import Final

KIT: Final = "tests/connectors/kit"
OFFICERS: Final = (
    "tests/connectors/test_files_of_officers.py::test_file_has_the_right_result",
    "tests/connectors/test_files_of_officers.py::test_original_file_has_the_right_result",
)
"""Read all cases of `officer_files`, and their originals."""
KEYCLOAK: Final = "tests/web/auth/test_keycloak_tokens.py"

FILES: Final[Mapping[str, Sequence[str]]] = {
    "amounts": [
        *OFFICERS,
        f"{KIT}/test_written_values.py::test_amount_in_the_notation_of_a_spreadsheet_or_a_form_is_parsed",
        f"{KIT}/test_written_values.py::test_text_that_is_no_single_amount_is_not_a_number",
    ],
    "carriage-return": [
        *OFFICERS,
        f"{KIT}/test_workbook_formats.py::test_escapes_in_cells_and_headers_are_undone_once",
        f"{KIT}/test_workbook_formats.py::test_escape_of_a_character_is_undone_and_other_text_is_unchanged",
    ],
    "carried-forward": [
        *OFFICERS,
        f"{KIT}/test_undeclared_totals.py::test_row_that_may_be_a_total_waits_with_its_amounts",
        f"{KIT}/test_undeclared_totals.py::test_project_with_a_name_or_amount_like_a_total_is_stored",
    ],
    "catalogue-bom": [
        *OFFICERS,
        f"{KIT}/test_undeclared_totals.py::test_total_in_a_catalogue_waits",
    ],
    "days": [
        *OFFICERS,
        f"{KIT}/test_dates.py::test_date_in_either_era_is_parsed",
        f"{KIT}/test_dates.py::test_invalid_date_returns_a_doubt",
    ],
    "graphql-get-empty": [
        "tests/web/graphql/test_requests.py::test_empty_parameter_of_a_get_is_absent",
        "tests/web/graphql/test_requests.py::test_empty_text_as_variables_of_a_post_is_rejected",
        "tests/web/graphql/test_field_requests.py::test_reported_get_requests_with_empty_parameters_are_answered",
    ],
    "issuer-roles": [
        f"{KEYCLOAK}::test_commands_trust_a_keycloak_realm_and_its_tokens_operate_sources",
        f"{KEYCLOAK}::test_scopes_are_those_of_the_path_that_the_registry_names",
        f"{KEYCLOAK}::test_token_that_grants_nothing_is_logged_with_its_claim_once_a_minute",
    ],
    "issuer-token-type": [
        f"{KEYCLOAK}::test_type_jwt_is_accepted_where_it_is_allowed",
        f"{KEYCLOAK}::test_other_types_are_rejected_by_default_and_both_are_named",
        f"{KEYCLOAK}::test_token_of_another_kind_with_type_jwt_is_rejected",
    ],
    "local-abbreviations": [
        *OFFICERS,
        "tests/ingest/test_agency_names.py::test_fixed_forms_of_local_authorities_resolve_with_their_own_type_only",
    ],
    "other-encoding": [
        *OFFICERS,
        f"{KIT}/test_files.py::test_file_is_decoded_with_its_declared_encoding",
    ],
    "plan-headings": [
        *OFFICERS,
        f"{KIT}/test_tables.py::test_row_that_matches_no_declared_heading_or_total_is_a_record",
    ],
    "plan-notes": [
        *OFFICERS,
        f"{KIT}/test_undeclared_totals.py::test_row_like_a_note_waits_with_the_advice_to_declare_it",
    ],
    "pooler": [
        "tests/store/test_pooler.py::test_transaction_pooler_without_the_server_is_refused_with_what_to_set",
        "tests/store/test_pooler.py::test_values_of_many_statements_at_once_are_not_mixed_up",
        "tests/store/test_pooler.py::test_server_itself_needs_no_second_address",
    ],
    "sara-ae": [
        *OFFICERS,
        f"{KIT}/test_thai.py::test_text_is_normalized_and_unsafe_characters_are_found",
    ],
    "semicolons": [*OFFICERS, f"{KIT}/test_files.py::test_file_that_is_not_a_table_is_rejected"],
    "strict": [
        *OFFICERS,
        f"{KIT}/test_workbook_formats.py::test_strict_workbook_is_read_as_the_transitional_one",
        f"{KIT}/test_workbook_formats.py::test_workbook_with_a_password_or_in_binary_form_is_named",
    ],
    "sum-noise": [
        *OFFICERS,
        f"{KIT}/test_workbook.py::test_binary_noise_behind_the_fifteenth_digit_is_no_part_of_an_amount",
        f"{KIT}/test_workbook.py::test_fraction_within_fifteen_digits_is_finer_than_a_satang",
    ],
    "year-words": [
        *OFFICERS,
        f"{KIT}/test_written_values.py::test_prefix_of_a_year_only_marks_it_as_a_year",
        f"{KIT}/test_written_values.py::test_year_of_another_kind_or_era_gets_a_doubt",
    ],
    "zero-lost": [
        *OFFICERS,
        f"{KIT}/test_codes.py::test_code_that_a_spreadsheet_changed_gets_a_doubt_with_the_code_it_may_be",
        f"{KIT}/test_codes.py::test_whole_code_is_used_as_it_is_written",
    ],
}  # fmt: skip
"""By the name of the file without its ending."""

PLANS: Final = "tests/store/matrix/test_query_plans.py"
FIELD: Final = "tests/field/test_registers.py"
RULINGS: Final = "tests/services/sources/test_later_rulings.py"
ACT: Final = "tests/ingest/test_act_rulings.py"
ANALYST: Final = "tests/questions/analyst/test_analyst_questions.py"
REGISTERS: Final[Mapping[str, Sequence[str]]] = {
    "1": [f"{PLANS}::test_no_part_of_a_plan_reads_a_table_again_for_each_row"],
    "2": [f"{PLANS}::test_no_part_of_a_plan_reads_a_table_again_for_each_row"],
    "3": [f"{ANALYST}::test_question_takes_few_statements_and_reads_few_rows"],
    "4": [
        f"{FIELD}::test_cluster_is_no_zero_in_years_before_its_edition",
        f"{FIELD}::test_original_cluster_of_another_edition_is_announced",
    ],
    "5": [
        f"{FIELD}::test_project_has_the_level_of_its_owner_if_the_register_states_none",
        f"{FIELD}::test_original_project_of_the_capital_is_on_the_local_row",
    ],
    "6": [
        f"{ACT}::test_rows_of_the_act_are_counted_ruled_and_corrected",
        f"{ACT}::test_field_rows_of_the_act_are_counted_ruled_and_corrected",
        "tests/ingest/test_generated_act.py::test_act_with_all_names_needs_at_most_60_decisions_and_resolves_none_wrongly",
    ],
    "7": [
        f"{RULINGS}::test_corrected_ruling_moves_the_money",
        f"{RULINGS}::test_rows_of_a_revoked_ruling_wait_again",
    ],
    "8": [
        f"{FIELD}::test_original_project_is_found_by_the_id_of_its_record",
        "tests/resolvers/test_lookups.py::test_ingested_project_is_found_by_the_id_of_its_record_and_lists_it",
        "tests/resolvers/test_rulings.py::test_every_question_is_reached_page_by_page_with_its_rows",
        "tests/services/matrix/test_without_area.py::test_central_money_and_the_rest_are_filtered_apart",
        "tests/resolvers/test_rates.py::test_largest_projects_of_an_area_are_one_page",
    ],
    "Ten analyst questions": [
        f"{ANALYST}::test_departments_with_the_largest_budget_in_a_cluster",
        f"{ANALYST}::test_rate_of_each_province",
        f"{ANALYST}::test_money_that_is_linked_to_no_issue_by_province",
        f"{ANALYST}::test_budget_of_each_province_from_year_to_year",
        f"{ANALYST}::test_share_of_the_central_administration",
        f"{ANALYST}::test_roads_of_a_province",
        f"{ANALYST}::test_departments_that_disbursed_less_than_half",
        f"{ANALYST}::test_budget_by_department_and_region",
        f"{ANALYST}::test_largest_projects_of_a_province",
        f"{ANALYST}::test_contributions_of_the_central_disbursed_amount",
    ],
}
"""By the number or title of the section of the README."""
