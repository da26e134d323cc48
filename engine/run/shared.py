"""A `find` or `let` at the top of a file -> one record or value for the whole plan, looked up when first needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.model import model
from engine.model.model import Model
from engine.run.effects import Effects
from engine.run.world import World
from engine.sql.block import read_block
from engine.sql.finding import find, sorting
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Extended, Joined, Scope, Written
from engine.sql.values import Around, value


@dataclass
class Shared:
    """Remembers what was found. Ids are looked up once; columns are joined where they are used."""

    rules: Model
    world: World
    around: Around | None = None
    ids: dict[str, Any] = field(default_factory=dict)

    def entry(self, key: str, scope: Scope) -> Joined | str | None:
        """What stands for a shared record or value in a query; None when there is no such key."""
        found = self.rules.shared.get(key)
        if found is None or self.around is None:
            return None
        if isinstance(found.statement, model.Let):
            text = self.let(found.statement)
            scope.names[key] = text
            return text
        table = found.statement.record.table
        id = self.find(key, found.statement)
        wanted = "NULL::UUID" if id is None else f"{literal(str(id))}::UUID"
        alias = scope.join(
            self.world.relation(table),
            self.world.alias(table.name),
            f"{{alias}}.{identifier(table.id_field)} = {wanted}",
        )
        entry = Joined(alias=alias, table=table, certain=False)
        scope.names[key] = entry
        return entry

    def let(self, statement: model.Let) -> str:
        """The value as a constant."""
        assert self.around is not None
        if statement.key not in self.ids:
            scope = Scope(self.world, "(SELECT 1)")
            frame = Frame(around=self.around, scope=scope, outcome=Outcome())
            text = value(statement.value, frame.reading())
            self.ids[statement.key] = self.world.one(f"{statement.name}", f"SELECT {text} FROM {scope.sql()}")[0]
        from engine.sql.values import constant

        return constant(self.ids[statement.key], statement.value.type)

    def find(self, key: str, statement: model.Find) -> Any:
        """The id of the record, looked up or created when first asked for."""
        assert self.around is not None
        if key in self.ids:
            return self.ids[key]
        scope = Scope(self.world, "(SELECT 1) one")
        frame = Frame(around=self.around, scope=scope, outcome=Outcome())
        otherwise = statement.otherwise
        bare = model.Find(
            record=statement.record,
            where=statement.where,
            sorting=statement.sorting,
            descending=statement.descending,
            otherwise=None,
            span=statement.span,
        )
        if statement.where:
            find(bare, frame)
            joined = scope.names[statement.record.key]
            assert isinstance(joined, Joined)
            query = f"SELECT {joined.id} FROM {scope.sql()}"
        else:
            table = statement.record.table
            by = ", ".join(identifier(name) + way for name, way in sorting((), False, table, frame))
            query = f"SELECT {identifier(table.id_field)} FROM {self.world.relation(table)} ORDER BY {by} LIMIT 1"
        row = self.world.run(f"{statement.record.name}", query).fetchone()
        self.ids[key] = row[0] if row is not None else None
        if self.ids[key] is None and isinstance(otherwise, model.Block):
            self.ids[key] = self.create(statement, otherwise)
        return self.ids[key]

    def create(self, statement: model.Find, body: model.Block) -> Any:
        """`else create`: once for all who ask for it."""
        assert self.around is not None
        table = statement.record.table
        new = f"CAST(md5({literal('shared/' + statement.record.key)}) AS UUID)"
        scope = Extended(self.world, "(SELECT 1)", Scope(self.world, "(SELECT 1) one"))
        entry = Written(table=table, old=None, id=new, exists="false")
        scope.names[statement.record.key] = entry
        self.ids[statement.record.key] = self.world.one("its id", f"SELECT {new}")[0]
        effects = Effects(step=None, world=self.world, around=self.around, unit="NULL::UUID")
        settings: list[model.AssignSetting] = []
        frame = Frame(
            around=self.around,
            scope=scope,
            outcome=Outcome(),
            effect=lambda _, one: settings.append(one) if isinstance(one, model.AssignSetting) else None,
        )
        read_block(body, frame)
        effects.write(entry, frame, "true")
        for one in settings:
            effects.set(one, frame)
        return self.ids[statement.record.key]
