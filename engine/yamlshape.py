"""A YAML value and the JSON Schema of its file -> findings in plain sentences, each at its place.

The schemas under `schemas/json` are for editors and for this reader alike. It knows the part of JSON Schema (draft
2020-12) that they use; a keyword it does not know is a defect of ours and raises. Where a schema offers several forms,
the one that comes nearest is the one talked about. `title` is what a message calls a thing, `examples` the hint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.catalog.suggest import did_you_mean, suggest
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.yamlfile import Path, Places
from engine.yamlwords import CALLED, example, is_a, listed, pattern, same, seen, what

Schema = Mapping[str, Any]
_ABOUT = {"$schema", "$id", "$defs", "$ref", "title", "description", "examples", "default", "oneOf", "anyOf"}
_OF_MAPPINGS = {"properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"}
_OF_VALUES = {"type", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"}
_KNOWN = _ABOUT | _OF_MAPPINGS | _OF_VALUES | {"items", "minItems", "maxItems", "uniqueItems"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One breach of a schema. at_key: the key is wrong, not what stands behind it."""

    path: Path
    code: str
    name: str
    message: str
    hint: str = ""
    at_key: bool = False


def misfits(value: object, schema: Schema, places: Places) -> tuple[Diagnostic, ...]:
    """What in a value breaks the schema, as findings."""
    return tuple(
        Diagnostic(
            code=one.code,
            name=one.name,
            severity="error",
            span=places.key(one.path) if one.at_key else places.value(one.path),
            message=one.message,
            hint=one.hint,
        )
        for one in breaches(value, schema)
    )


def breaches(value: object, schema: Schema) -> tuple[Misfit, ...]:
    """The same without places; empty when the value keeps to the schema."""
    return tuple(_check(value, schema, schema, ()))


def _check(value: object, schema: Any, root: Schema, path: Path) -> Iterator[Misfit]:
    if schema is True:
        return
    if schema is False:
        yield _unwanted(path)
        return
    unknown = schema.keys() - _KNOWN
    if unknown:
        raise NotImplementedError(f"the schema uses {sorted(unknown)}")
    if "$ref" in schema:
        yield from _check(value, _defined(schema["$ref"], root), root, path)
    for word in ("oneOf", "anyOf"):
        if word in schema:
            yield from _choice(value, schema, word, root, path)
    wrong = _wrong_kind(value, schema, path)
    if wrong is not None:
        yield wrong
    elif isinstance(value, dict):
        yield from _mapping(value, schema, root, path)
    elif isinstance(value, list):
        yield from _list(value, schema, root, path)
    else:
        yield from _scalar(value, schema, path)


def _defined(reference: str, root: Schema) -> Any:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


# --- one value ----------------------------------------------------------------------------------------


def _wrong_kind(value: object, schema: Schema, path: Path) -> Misfit | None:
    if "type" in schema:
        allowed = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_a(value, one) for one in allowed):
            wanted = schema.get("title") or " or ".join(CALLED[one] for one in allowed)
            if not path and len(allowed) == 1:  # the title of a whole file is its name
                wanted = CALLED[allowed[0]]
            return _wrong(path, f"{what(path)} must be {wanted}, not {seen(value)}", example(schema, value))
    if "const" in schema and not same(value, schema["const"]):
        return _wrong(path, f"{what(path)} must be {schema['const']}, not {seen(value)}", example(schema, value))
    if "enum" in schema and not any(same(value, one) for one in schema["enum"]):
        return _not_among(value, schema["enum"], path)
    return None


def _scalar(value: object, schema: Schema, path: Path) -> Iterator[Misfit]:
    wanted = schema.get("title", "something else")
    if isinstance(value, str):
        short = len(value) < schema.get("minLength", 0)
        long_ = len(value) > schema.get("maxLength", len(value))
        odd = "pattern" in schema and not pattern(schema["pattern"]).search(value)
        if short or long_ or odd:
            yield _wrong(path, f"{what(path)} must be {wanted}, not {seen(value)}", example(schema, value))
    elif is_a(value, "number"):
        number = Decimal(str(value))
        if number < schema.get("minimum", number):
            yield _wrong(path, f"{what(path)} must be at least {schema['minimum']}, not {value}")
        elif number > schema.get("maximum", number):
            yield _wrong(path, f"{what(path)} must be at most {schema['maximum']}, not {value}")


def _list(value: list[object], schema: Schema, root: Schema, path: Path) -> Iterator[Misfit]:
    if len(value) < schema.get("minItems", 0):
        yield _wrong(path, f"{what(path)} is empty", _given(schema) or "leave the key out, or list something")
    elif len(value) > schema.get("maxItems", len(value)):
        yield _wrong(path, f"{what(path)} may have at most {schema['maxItems']} entries, not {len(value)}")
    if "items" in schema:
        for at, entry in enumerate(value):
            yield from _check(entry, schema["items"], root, (*path, at))
    if schema.get("uniqueItems"):
        for at, entry in enumerate(value):
            if any(same(entry, earlier) for earlier in value[:at]):
                yield _wrong((*path, at), f"{seen(entry)} stands twice in {what(path)}", "keep one of the two")


def _mapping(value: dict[str, object], schema: Schema, root: Schema, path: Path) -> Iterator[Misfit]:
    known: Schema = schema.get("properties", {})
    more = schema.get("additionalProperties", True)
    misspelt = _misspelt(value, known) if more is False else ()
    for name in schema.get("required", ()):
        if name not in value and name not in misspelt:
            hint = example(_resolved(known.get(name, {}), root), None, name) or f"add `{name}: …`"
            where = f" of {what(path)}" if path else ""
            yield Misfit(
                path=path,
                code="E407",
                name="yaml-key-missing",
                message=f"the key {name}{where} is missing",
                hint=hint,
                at_key=bool(path),
            )
    if len(value) < schema.get("minProperties", 0):
        yield _wrong(path, f"{what(path)} is empty", _given(schema) or "leave the key out, or write something")
    elif len(value) > schema.get("maxProperties", len(value)):
        yield _wrong(path, f"{what(path)} may have at most {schema['maxProperties']} keys, not {len(value)}")
    for key, entry in value.items():
        inner = (*path, key)
        if key in known:
            yield from _check(entry, known[key], root, inner)
        elif more is False:
            yield _unknown_key(key, known, value, inner)
        else:
            yield from _named(key, schema, root, inner)
            yield from _check(entry, more, root, inner)


def _misspelt(value: dict[str, object], known: Schema) -> tuple[str, ...]:
    """The known keys that unknown keys probably mean: they are not told as missing too."""
    free = [name for name in known if name not in value]
    return tuple(name for key in value if key not in known for name in suggest(key, free, 1))


def _named(key: str, schema: Schema, root: Schema, path: Path) -> Iterator[Misfit]:
    if "propertyNames" not in schema:
        return
    names = _resolved(schema["propertyNames"], root)
    for one in _check(key, names, root, path):
        if "enum" in names:
            hint = did_you_mean(key, names["enum"]) or listed(names["enum"])
            yield _strange_key(path, f"{key} is not known here", hint)
        else:
            yield Misfit(path=path, code=one.code, name=one.name, message=one.message, hint=one.hint, at_key=True)


def _unknown_key(key: str, known: Schema, value: dict[str, object], path: Path) -> Misfit:
    free = [name for name in known if name not in value]
    hint = did_you_mean(key, free) or listed(list(known))
    where = f" in {what(path[:-1])}" if path[:-1] else ""
    return _strange_key(path, f"the key {key} is not known{where}", hint)


# --- one of several forms -----------------------------------------------------------------------------


def _choice(value: object, schema: Schema, word: str, root: Schema, path: Path) -> Iterator[Misfit]:
    forms = [_resolved(form, root) for form in schema[word]]
    tried = [tuple(_check(value, form, root, path)) for form in forms]
    fitting = sum(not found for found in tried)
    if fitting == 1 or (fitting and word == "anyOf"):
        return
    if fitting:
        names = [name for form in forms for name in form.get("required", ())]
        both = [name for name in names if isinstance(value, dict) and name in value]
        yield _wrong(path, f"{what(path)} says two things at once: {' and '.join(both)}", "keep one of them")
        return
    kinds = [at for at, form in enumerate(forms) if _takes(value, form)]
    if not kinds:
        wanted = schema.get("title") or " or ".join(dict.fromkeys(_form_called(form) for form in forms))
        yield _wrong(path, f"{what(path)} must be {wanted}, not {seen(value)}", example(schema, value))
        return
    told = _told_apart(value, [forms[at] for at in kinds], path)
    if told is not None:
        yield told
        return
    if all(form.keys() <= {"required"} for form in forms):
        names = [name for form in forms for name in form["required"]]
        yield Misfit(
            path=path, code="E407", name="yaml-key-missing", at_key=True,
            message=f"{what(path)} needs one of the keys {', '.join(names)}", hint=f"add `{names[0]}: …`",
        )  # fmt: skip
        return
    yield from tried[min(kinds, key=lambda at: (_distance(value, forms[at]), len(tried[at]), at))]


def _told_apart(value: object, forms: list[Schema], path: Path) -> Misfit | None:
    """Forms that are told apart by the constant of one key (`run: mapping`): none has the constant written."""
    if not isinstance(value, dict):
        return None
    shared = set.intersection(
        *({k for k, one in form.get("properties", {}).items() if "const" in one} for form in forms)
    )
    for key in sorted(shared):
        constants = list(dict.fromkeys(form["properties"][key]["const"] for form in forms))
        if key not in value:
            return Misfit(
                path=path,
                code="E407",
                name="yaml-key-missing",
                message=f"the key {key} is missing",
                hint=f"add `{key}: {constants[0]}`",
            )
        if not any(same(value[key], one) for one in constants):
            return _not_among(value[key], constants, (*path, key))
    return None


def _distance(value: object, form: Schema) -> int:
    """How far a form is from a mapping: constants that differ weigh most, then required keys, then unknown keys."""
    if not isinstance(value, dict):
        return 0
    known: Schema = form.get("properties", {})
    other = sum(
        10 for key, one in known.items() if "const" in one and key in value and not same(value[key], one["const"])
    )
    other += sum(
        10
        for key, one in known.items()
        if "enum" in one and key in value and not any(same(value[key], x) for x in one["enum"])
    )
    missing = sum(3 for key in form.get("required", ()) if key not in value)
    strange = sum(1 for key in value if key not in known) if form.get("additionalProperties", True) is False else 0
    return other + missing + strange


def _takes(value: object, form: Schema) -> bool:
    """Is the value of the kind that a form is about?"""
    if "type" in form:
        allowed = form["type"] if isinstance(form["type"], list) else [form["type"]]
        return any(is_a(value, one) for one in allowed)
    if "enum" in form:
        return isinstance(value, str) and any(isinstance(one, str) for one in form["enum"])
    if "const" in form:
        return same(value, form["const"])
    return True


def _form_called(form: Schema) -> str:
    if "title" in form:
        return str(form["title"])
    if "const" in form:
        return str(form["const"])
    if "type" in form:
        kinds = form["type"] if isinstance(form["type"], list) else [form["type"]]
        return " or ".join(CALLED[one] for one in kinds)
    if "enum" in form:
        return listed(form["enum"], "one of ")
    return "something else"


def _resolved(schema: Any, root: Schema) -> Any:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = _defined(schema["$ref"], root)
    return schema


# --- findings --------------------------------------------------------------------------------------


def _not_among(value: object, allowed: list[Any], path: Path) -> Misfit:
    names = [seen(one) if one is None or isinstance(one, bool) else str(one) for one in allowed]
    hint = (did_you_mean(value, names) if isinstance(value, str) else "") or listed(names)
    return _wrong(path, f"{what(path)} cannot be {seen(value)}", hint)


def _given(schema: Schema) -> str:
    """The example that a schema gives itself."""
    examples = schema.get("examples")
    return f"for example {examples[0]}" if examples else ""


def _wrong(path: Path, message: str, hint: str = "") -> Misfit:
    hint = hint or ("write that, or leave the key out" if path else "write `key: value` lines, one below the other")
    return Misfit(path=path, code="E406", name="yaml-wrong-value", message=message, hint=hint)


def _unwanted(path: Path) -> Misfit:
    return _strange_key(path, f"{what(path)} is not known here", "take it away")


def _strange_key(path: Path, message: str, hint: str) -> Misfit:
    return Misfit(path=path, code="E405", name="yaml-unknown-key", message=message, hint=hint, at_key=True)
