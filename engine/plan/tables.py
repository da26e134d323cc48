"""The tables of a saved plan: one DuckDB file, schema `plan`, to be queried by anybody who knows SQL.

Beside them the file holds the rows to be written, as they will stand: schemas `bc` and `sales`, one table per
changed table, named and typed as in the snapshot, with a first column `_op` ('insert', 'update', 'delete').
`coupler apply` writes exactly those rows.
"""

TABLES: dict[str, str] = {
    # one row
    "head": """
        format_version INTEGER,          -- 1
        engine_version VARCHAR,
        company VARCHAR,
        snapshot VARCHAR,                -- path as the user gave it
        snapshot_fingerprint VARCHAR,    -- of the snapshot file that was read
        rules_fingerprint VARCHAR,       -- of the rules and settings
        now TIMESTAMP,                   -- the clock used, UTC
        work_date DATE,
        settings VARCHAR                 -- JSON object; secrets are left out
    """,
    # one row per mapping and leg, then one per process, in the order planned
    "pass": """
        pass INTEGER,                    -- from 1
        mapping VARCHAR,                 -- name of the mapping or process
        title VARCHAR,
        leg VARCHAR,                     -- 'to_sales', 'to_bc', 'by_hand' for couplings made by hand, or 'process'
        source_table VARCHAR,            -- caption, as in the rules; of a process that of its first loop
        destination_table VARCHAR,       -- blank for a process
        scanned BIGINT,                  -- read by filter and watermark, or as a retry; the records a process goes over
        left_out BIGINT,                 -- of these not looked at and not counted (leave out, not coupled)
                                         -- of a process the counters tell documents, each by what weighs most:
                                         -- refused (failed), something created, changed, compared and the same
        created BIGINT, changed BIGINT, unchanged BIGINT, skipped BIGINT,
        failed BIGINT,                   -- without the conflicts
        conflicts BIGINT,                -- update conflicts that fail
        warnings BIGINT,
        watermark_before TIMESTAMP, watermark_after TIMESTAMP,
        path VARCHAR, line INTEGER       -- where the mapping stands
    """,
    # one row per record that is not simply unchanged. A document of a process is one row without cause, the record that
    # it is made for ('fail' with the first reason; what becomes of the record itself; else 'done'), and below it
    # (cause) all that comes of it, in the order in which a run record by record would write it
    "record": """
        pass INTEGER,
        record BIGINT,                   -- from 1 within the pass, in the order of the product
        cause BIGINT,                    -- NULL: of the mapping or process itself; else the record that brings it along
        action VARCHAR,                  -- create, change, delete, skip, fail, conflict, couple, uncouple, done
        system VARCHAR,                  -- of the record written or refused: 'bc' or 'sales'
        table_name VARCHAR,              -- technical name of its table
        table_caption VARCHAR,
        id UUID,                         -- of the record written; NULL when there is none
        label VARCHAR,                   -- how people call it: key and name ("1896-S Athens desk")
        source_id UUID,                  -- of the record it comes from
        source_label VARCHAR,
        code VARCHAR,                    -- code of the reason ('W621'), NULL for create and change
        reason VARCHAR,                  -- why, one sentence; NULL for create and change
        path VARCHAR, line INTEGER       -- the rule line that decided
    """,
    # one row per field that changes; for a conflict: the two-way fields that differ, what stands there, and what the
    # other side would write
    "field": """
        pass INTEGER,
        record BIGINT,
        ordinal INTEGER,                 -- order of the lines in the mapping
        name VARCHAR,                    -- technical name
        caption VARCHAR,
        before VARCHAR,                  -- formatted for reading: option captions, ISO dates, the name of the record
                                         -- that an id names; '' is blank, and before a record is new
        after VARCHAR,                   -- '(by BC)': nothing is written, BC's own code fills the field
        rule VARCHAR,                    -- "Description <-> Name"
        path VARCHAR, line INTEGER
    """,
    # warnings and notes, about a record, a pass or (record and pass NULL) the whole plan
    "note": """
        pass INTEGER,
        record BIGINT,
        severity VARCHAR,                -- warning or note
        code VARCHAR,
        text VARCHAR,
        path VARCHAR, line INTEGER
    """,
}
