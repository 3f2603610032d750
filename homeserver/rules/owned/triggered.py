"""A `template:` block with triggers: when one fires, its actions are done, and then all of its entities are told.

Facts: https://www.home-assistant.io/integrations/template#trigger-based-template-entities. It is a rule that nobody
sees; what its entities were is there again after a restart, until the next trigger.
"""

from dataclasses import replace

from homeserver.rules.actions.table import compile_block
from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.table import compile_conditions
from homeserver.rules.engine import Engine
from homeserver.rules.owned.templated import Templated
from homeserver.rules.program import END, Label
from homeserver.rules.reading.automation import compile_triggers, compile_variables
from homeserver.rules.reading.fields import Fields
from homeserver.rules.rule import Compiled, Rule
from homeserver.rules.run import Run


class Triggered:
    """The rule behind such a block, at work from when its first entity begins until its last one ends."""

    def __init__(self, fields: Fields, compiler: Compiler) -> None:
        constants = compile_variables(fields, "trigger_variables", compiler)
        triggers = compile_triggers(fields, compiler, constants)
        conditions = compile_conditions(fields, fields.first("conditions", "condition"), compiler)
        end = Label()
        name = fields.first("actions", "action")
        if name in fields:
            compile_block(fields, name, compiler, end)
        compiler.program.place(end)
        compiler.program.add(name, self._update)
        variables = constants | compile_variables(fields, "variables", compiler)
        self._compiled = Compiled(
            id="template",
            alias="template",
            description="",
            file="",
            line=fields.line(),
            print="",
            mode="queued",
            silent=True,
            triggers=triggers,
            conditions=conditions,
            program=compiler.program,
            variables=variables,
            about=compiler.about,
            kind="template",
        )
        self._entities: list[Templated] = []
        self._working: set[str] = set()
        self._rule: Rule | None = None

    def take(self, entities: list[Templated]) -> None:
        """These are to be told."""
        self._entities = entities
        for entity in entities:
            entity.block = self

    def begin(self, entity: Templated, engine: Engine) -> None:
        self._working.add(entity.entity_id)
        if self._rule is None:
            self._compiled = replace(self._compiled, id=entity.entity_id)
            self._rule = Rule(self._compiled, engine)
            self._rule.enable()

    def end(self, entity: Templated) -> None:
        self._working.discard(entity.entity_id)
        if not self._working and self._rule is not None:
            self._rule.disable()
            self._rule = None

    def _update(self, run: Run) -> int:
        for entity in self._entities:
            if entity.entity_id in self._working:
                entity.update(run.values, run.cause)
        return END
