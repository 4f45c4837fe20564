"""What can go wrong for a user, as exceptions that carry everything there is to say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshsim._native import core

if TYPE_CHECKING:
    from meshsim._core import Diagnostic

#: The run would need more memory than `run.memoryLimit`; attributes `needed` and `limit` in bytes.
MemoryLimitExceeded = core.MemoryLimitExceeded


class MeshsimError(Exception):
    """Base of the errors that meshsim raises for its users' mistakes."""


class ScenarioErrors(MeshsimError):  # noqa: N818
    """A scenario that cannot be run: every problem, each with its place.

    Attributes:
        diagnostics: All problems found, warnings included, in the order of their places.
    """

    def __init__(self, diagnostics: Sequence["Diagnostic"]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [d for d in self.diagnostics if d.severity == "error"]
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__(f"{count} in the scenario\n" + "\n".join(str(d) for d in errors))


class RecordError(MeshsimError):
    """A folder that holds no readable run."""


__all__ = ["MemoryLimitExceeded", "MeshsimError", "RecordError", "ScenarioErrors"]
