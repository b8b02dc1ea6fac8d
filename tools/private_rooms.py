"""Import contract: a room's models are opened only from inside that room."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PrivateRooms(Contract):
    """Kept while every `X.models` is imported only from inside the room X."""

    type_name = "private_rooms"
    private = fields.StringField(required=False, default="models")

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        """Each import of a room's private module from outside that room is a broken link."""
        links = []
        for module in graph.modules:
            room, _, leaf = module.rpartition(".")
            if leaf != str(self.private):
                continue
            links += [
                (importer, module)
                for importer in graph.find_modules_that_directly_import(module)
                if not importer.startswith(f"{room}.")
            ]
        return ContractCheck(kept=not links, metadata={"links": sorted(links)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each link."""
        for importer, module in check.metadata["links"]:
            output.print_error(f"{importer} opens {module}: ask that room's queries instead")
