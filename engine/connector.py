"""The tables that the connector keeps for itself, and the columns every table of a platform has.

The engine reads and writes these as its own books: couplings, watermarks, option couplings, job log. They are
part of what the product is (sync-semantics 1, 2.2, 4.7, 9.7), unlike business tables, which only rules name.
"""

from __future__ import annotations

from typing import Final

COUPLINGS: Final = "CRM Integration Record"
COUPLED_SALES_ID: Final = "CRM ID"
COUPLED_BC_ID: Final = "Integration ID"
COUPLED_TABLE: Final = "Table ID"
BC_STAMP: Final = "Last Synch. Modified On"
SALES_STAMP: Final = "Last Synch. CRM Modified On"
RESULT_TO_BC: Final = "Last Synch. Result"
RESULT_TO_SALES: Final = "Last Synch. CRM Result"
JOB_TO_BC: Final = "Last Synch. Job ID"
JOB_TO_SALES: Final = "Last Synch. CRM Job ID"
SKIPPED: Final = "Skipped"
SUCCESS: Final = 1
FAILURE: Final = 2

MAPPINGS: Final = "Integration Table Mapping"
MAPPING_NAME: Final = "Name"
BC_WATERMARK: Final = "Synch. Int. Tbl. Mod. On Fltr."
SALES_WATERMARK: Final = "Synch. Modified On Filter"
NOT_WOKEN: Final = "Disable Event Job Resch."
DIRECTION: Final = "Direction"
ONLY_COUPLED: Final = "Synch. Only Coupled Records"

FIELD_MAPS: Final = "Integration Field Mapping"
FIELD_MAP_OF: Final = "Integration Table Mapping Name"
FIELD_MAP_FIELD: Final = "Field No."
FIELD_MAP_STATUS: Final = "Status"

OPTION_COUPLINGS: Final = "CRM Option Mapping"
OPTION_RECORD: Final = "Record ID"
OPTION_VALUE: Final = "Option Value"
OPTION_TABLE: Final = "Table ID"
OPTION_CAPTION: Final = "Option Value Caption"
OPTION_SET: Final = "option_set"

JOBS: Final = "Integration Synch. Job"
JOB_ID: Final = "ID"
JOB_START: Final = "Start Date/Time"
JOB_FINISH: Final = "Finish Date/Time"
JOB_MAPPING: Final = "Integration Table Mapping Name"
JOB_DIRECTION: Final = "Synch. Direction"
JOB_COUNTERS: Final = ("Inserted", "Modified", "Unchanged", "Skipped", "Failed")
JOB_ERRORS: Final = "Integration Synch. Job Errors"
ERROR_NUMBER: Final = "No."
ERROR_JOB: Final = "Integration Synch. Job ID"
ERROR_SOURCE: Final = "Source Record ID"
ERROR_MESSAGE: Final = "Message"
ERROR_LONG: Final = "Error Message"
ERROR_TIME: Final = "Date/Time"

TEMPLATES: Final = "Config. Template Header"
TEMPLATE_NAME: Final = "Code"
TEMPLATE_LINES: Final = "Config. Template Line"
TEMPLATE_CODE: Final = "Data Template Code"
TEMPLATE_FIELD: Final = "Field Name"
TEMPLATE_VALUE: Final = "Default Value"

BC_CREATED: Final = "SystemCreatedAt"
SALES_CREATED: Final = "createdon"
SALES_CREATED_BY: Final = "createdby"
SALES_MODIFIED_BY: Final = "modifiedby"

BOOKS: Final = frozenset({COUPLINGS, MAPPINGS, OPTION_COUPLINGS, JOBS, JOB_ERRORS})
"""The tables that are the connector's own."""
