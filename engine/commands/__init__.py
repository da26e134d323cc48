"""The verbs of `coupler`: a table of names, and one module per verb that is imported when the verb is used.

A verb module has `HELP` (begins with an example), `EXITS` (its exit codes), `add(parser)` (its arguments) and
`run(arguments) -> int` (one call of the pipeline, its result as text, the exit code). It decides nothing itself.
"""

from __future__ import annotations

VERBS: dict[str, str] = {
    "init": "start a workspace",
    "demo": "see everything once, on the sample that comes along",
    "lint": "find every mistake in the rules, with its place and the way out",
    "fmt": "bring rule files into the one style",
    "explain": "what a code like E204 means: wrong, right, why",
    "show": "a mapping as it finally stands, with where each line came from",
    "graph": "draw what needs which mapping, in the order of a run",
    "snapshot": "import, show, export the data of both systems",
    "plan": "the dry run: what would be created, changed, refused, and why",
    "why": "one record's story: which filter, coupling and line decided",
    "apply": "carry a saved plan out on a snapshot",
    "run": "let the job queue run for days in seconds: who runs, who sleeps",
    "jobs": "the jobs: what each runs, when next, by which times",
    "couple": "couple two records by hand",
    "match": "couple records by the fields they are matched by",
    "uncouple": "remove couplings",
    "sync": "synchronise records now, forced, in either direction",
    "retry": "take skip marks off, so that the next run tries again",
    "full-sync": "a full synchronisation: its lines, its waves, one line",
    "test": "run scenarios: given this data, when this is done, this has changed",
    "capture": "a record of a saved plan as a scenario, for coupler test",
    "report": "a saved plan as a page to read, search and hand over",
}
"""Verb -> what it does, in the order of the help. The module of a verb is engine.commands.<verb>, without hyphens."""
