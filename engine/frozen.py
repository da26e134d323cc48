"""A class with annotated fields -> a frozen value: made by keywords, equal by what it says, never changed.

The same as `@dataclass(frozen=True, slots=True, kw_only=True)`, and for type checkers just that. But that one compiles
six methods for each class; for the hundred and sixty small classes of syntax tree and model these took longer than
reading five hundred lines of rules. Here all classes share one set of methods.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool) -> Any:
        """The decorator. All three must be true; no field may have a default_factory."""
        assert frozen and slots and kw_only
        return _made


_set = object.__setattr__


def _made(kind: type) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=True)(kind)
    own = dataclasses.fields(made)
    made.__frozen_order__ = tuple(one.name for one in own)
    made.__frozen_names__ = frozenset(made.__frozen_order__)
    made.__frozen_defaults__ = {one.name: one.default for one in own if one.default is not dataclasses.MISSING}
    compared = [one.name for one in own if one.compare]
    made.__frozen_says__ = attrgetter(*compared) if compared else _nothing
    for method in (__init__, __repr__, __eq__, __hash__, __setattr__, __delattr__, __getstate__, __setstate__):
        setattr(made, method.__name__, method)
    return made  # type: ignore[no-any-return]


def _nothing(value: object) -> tuple[()]:
    return ()


def __init__(self: Any, **given: Any) -> None:  # noqa: N807 - methods of every class
    kind = type(self)
    if given.keys() != kind.__frozen_names__:
        given = {**kind.__frozen_defaults__, **given}
        if given.keys() != kind.__frozen_names__:
            wrong = ", ".join(sorted(given.keys() ^ kind.__frozen_names__))
            raise TypeError(f"{kind.__name__}: missing or unknown: {wrong}")
    for name, value in given.items():
        _set(self, name, value)


def __repr__(self: Any) -> str:  # noqa: N807
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def __eq__(self: Any, other: object) -> bool:  # noqa: N807
    if other.__class__ is not self.__class__:
        return NotImplemented
    says: Any = type(self).__frozen_says__  # type: ignore[attr-defined]
    return bool(says(self) == says(other))


def __hash__(self: Any) -> int:  # noqa: N807
    return hash(type(self).__frozen_says__(self))


def __setattr__(self: Any, name: str, value: object) -> None:  # noqa: N807
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> None:  # noqa: N807
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def __getstate__(self: Any) -> list[Any]:  # noqa: N807
    return [getattr(self, name) for name in type(self).__frozen_order__]


def __setstate__(self: Any, state: list[Any]) -> None:  # noqa: N807
    for name, value in zip(type(self).__frozen_order__, state, strict=True):
        _set(self, name, value)
