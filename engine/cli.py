"""Arguments -> one call of the pipeline -> text and an exit code.

Starting must cost next to nothing, so every import waits until its verb is used.
"""

from __future__ import annotations

import os
import sys

from engine import VERSION

READS_ONLY = frozenset({"--version", "-V", "explain", "lint", "plan", "show"})
"""Verbs that leave nothing open that has to be closed."""


def start() -> int:
    """The command as it is started from outside. What only reads ends at once, all output written: taking hundreds of
    modules down one by one costs a tenth of the time of a lint."""
    if sys.argv[1:2] and sys.argv[1] in READS_ONLY:
        from engine.ending import ends_at_once

        ends_at_once()
    code = main()
    if code in (0, 1, 2) and sys.argv[1:2] and sys.argv[1] in READS_ONLY:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def main(words: list[str] | None = None) -> int:
    """Carry out `coupler WORDS…` and give its exit code: 0 well, 1 not well, 130 interrupted; verbs may have more."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started it
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    given = list(sys.argv[1:] if words is None else words)
    if given in (["--version"], ["-V"]):
        print(f"coupler {VERSION}")
        return 0
    return _guarded(given)


def _carry_out(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        return _help(words[1:])
    from engine.commands import VERBS

    verb, rest = words[0], words[1:]
    if verb not in VERBS:
        raise _unknown(verb, VERBS)
    return _verb(verb, rest)


def _verb(verb: str, rest: list[str]) -> int:
    import gc
    from importlib import import_module

    from engine.commands.arguments import Parser
    from engine.commands.telling import Done, refuse

    gc.set_threshold(50_000)  # starting makes thousands of small objects that all stay
    module = import_module(f"engine.commands.{verb.replace('-', '')}")
    parser = Parser(prog=f"coupler {verb}", example=module.HELP, exits=module.EXITS)
    module.add(parser)
    done: Done = module.run(parser.parse_args(rest))
    return done if isinstance(done, int) else refuse(done, [verb, *rest])


def _help(about: list[str]) -> int:
    from engine.commands import VERBS

    if about and about[0] in VERBS:
        return _verb(about[0], ["--help"])
    wide = max(map(len, VERBS))
    print("coupler lint                   # every mistake in the rules of this workspace")
    print("coupler plan --snapshot june   # what would happen; nothing is written")
    print()
    print("usage: coupler VERB [words]      (coupler VERB --help says more)")
    print()
    for verb, what in VERBS.items():
        print(f"  {verb.ljust(wide)}  {what}")
    print()
    print("coupler --version gives the version. Results go to stdout, messages to stderr;")
    print("NO_COLOR is honoured.")
    return 0


def _unknown(verb: str, known: dict[str, str]) -> Exception:
    import difflib

    from engine.commands.arguments import WrongArgumentsError

    near = difflib.get_close_matches(verb, known, n=1)
    way_out = f"did you mean {near[0]}?" if near else "coupler --help lists the verbs."
    return WrongArgumentsError(f"coupler: there is no verb {verb}; {way_out}")


def _guarded(words: list[str]) -> int:
    """Nobody but ourselves ever sees a traceback."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        code = _carry_out(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        return _left()
    except SystemExit as end:  # argparse after --help; rich when the reader went away
        if isinstance(end.__context__, BrokenPipeError):
            return _left()
        return end.code if isinstance(end.code, int) else 0
    except Exception as problem:
        if type(problem) is RuntimeError and "Query interrupted" in str(problem):  # Ctrl-C, as the database tells it
            return _interrupted()
        return _told(problem, words)
    return code


def _interrupted() -> int:
    print("coupler: interrupted; nothing was left half-done.", file=sys.stderr)
    return 130


def _left() -> int:
    """The reader went away (`| head`): stop quietly, and keep Python from complaining when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def _told(problem: Exception, words: list[str]) -> int:
    from contextlib import suppress

    from engine.commands import telling
    from engine.commands.arguments import WrongArgumentsError

    if os.environ.get("COUPLER_DEBUG") and not isinstance(problem, WrongArgumentsError):
        import traceback

        traceback.print_exception(problem)
    text, found = telling.gone_wrong(problem)
    print(text, file=sys.stderr)
    with suppress(OSError):  # stdout itself may be what cannot be written
        telling.as_json((found,), words)
    return 1
