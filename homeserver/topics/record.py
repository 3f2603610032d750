"""Records: dataclasses that nobody may change, at the price of those that anybody may.

`dataclass(frozen=True)` keeps its promise at run time: every field of every object is set by a call, which makes an
object four times as dear, and six functions are compiled for each class at each start. Here the type checker keeps the
promise, and what all classes have in common is not compiled for each.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass with slots, equal to another of its class with equal fields, and hashable where its fields are. What
    the class says of these itself holds: an address that shows no secret goes on showing none."""
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    shown = tuple(one.name for one in fields(made) if one.repr)
    values = _values(tuple(one.name for one in fields(made) if one.compare))

    def show(self: Any) -> str:
        return f"{made.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in shown])})"

    def equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def mark(self: Any) -> int:
        return hash(values(self))

    own = cls.__dict__
    for name, method in (("__repr__", show), ("__eq__", equal), ("__hash__", mark)):
        if own.get(name) is None:  # a class with an `__eq__` has `__hash__ = None`
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """What gets these fields of an object, to compare by."""
    return attrgetter(*names) if names else lambda self: ()
