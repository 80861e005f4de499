"""A contract for import-linter: a room is entered by its doors only; its views, forms and the rest are its own."""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Doors(Contract):
    """No room imports another room's module, except the `doors`; `open_rooms` may be imported whole."""

    type_name = "doors"

    # import-linter puts the values of pyproject.toml where these declarations stand.
    root = cast("str", fields.StringField())
    doors = cast("list[str]", fields.ListField(subfield=fields.StringField()))
    open_rooms = cast("list[str]", fields.ListField(subfield=fields.StringField()))
    knows_every_room = cast("list[str]", fields.ListField(subfield=fields.StringField()))

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import between two rooms."""
        root = self.root
        wrong = [
            (importer, imported)
            for importer in graph.find_descendants(root)
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported.startswith(f"{root}.") and not self._allowed(importer, imported)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": sorted(wrong)})

    def _allowed(self, importer: str, imported: str) -> bool:
        own_room = importer.split(".")[1]
        room, *inside = imported.split(".")[1:]
        if room == own_room or room in self.open_rooms or own_room in self.knows_every_room:
            return True
        return inside[:1] != [] and inside[0] in self.doors

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that comes through a wall."""
        for importer, imported in check.metadata["wrong"]:
            output.print_error(f"{importer} imports {imported}")
        output.new_line()
        output.print(f"Import {', '.join(self.doors)} of the other room instead.")
