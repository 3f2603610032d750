"""What makes the code of a template count: a tick in each pass of a loop and each call, a weighing of all that is made.

`EnvironmentAttribute` is written into the generated code as `environment.<name>`, which is the `Sandbox`.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final

from jinja2 import Undefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

COUNTED: Final[frozenset[type[nodes.Node]]] = frozenset((nodes.For, nodes.Macro, nodes.CallBlock))
"""Parts of a template that `Counting` changes."""


class Counting(NodeTransformer):
    """Puts the counters into a parsed template."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = nodes.Call(nodes.EnvironmentAttribute("passes"), [node.iter], [], None, None, lineno=node.lineno)
        node.body.insert(0, _tick(node))
        return node

    def visit_Macro(self, node: Any) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.body.insert(0, _tick(node))
        return node  # type: ignore[no-any-return]

    visit_CallBlock = visit_Macro  # noqa: N815


def _tick(node: Any) -> nodes.Node:
    """A statement that counts one pass, with the characters of plain text that a pass writes.

    `EnvironmentAttribute` is written into the generated code as `environment.<name>`: a call of `Sandbox.tick`.
    """
    written = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
    return nodes.ExprStmt(nodes.EnvironmentAttribute(f"tick({written})"), lineno=node.lineno)


def tick_of_file(tree: nodes.Template) -> nodes.Node:
    """The same for one reading of a whole file, whose macros are counted when they are called."""
    inside = {id(data) for macro in tree.find_all(nodes.Macro) for data in macro.find_all(nodes.TemplateData)}
    written = sum(len(data.data) for data in tree.find_all(nodes.TemplateData) if id(data) not in inside)
    return nodes.ExprStmt(nodes.EnvironmentAttribute(f"tick({written})"), lineno=1)


class MissingValue(Undefined):
    """What stands for a name that nobody gave: empty, as in Home Assistant. `noted` learns that it was used."""

    __slots__ = ()
    noted: ClassVar[set[str] | None] = None

    def _note(self) -> None:
        if MissingValue.noted is not None:
            MissingValue.noted.add(self._undefined_message)

    def __str__(self) -> str:
        self._note()
        return ""

    def __iter__(self) -> Iterator[Any]:
        self._note()
        return iter(())

    def __bool__(self) -> bool:
        self._note()
        return False


class Generator(CodeGenerator):
    """Has every list, tuple, dict and joined text weighed as it is made."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802
        self._weighed(super().visit_List, node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802
        self._weighed(super().visit_Dict, node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802
        if node.ctx == "load":
            self._weighed(super().visit_Tuple, node, frame)
        else:
            super().visit_Tuple(node, frame)

    def _weighed(self, visit: Callable[[Any, Frame], None], node: Any, frame: Frame) -> None:
        self.write("environment.made(")
        visit(node, frame)
        self.write(")")
