"""What the user asked for: loading, overriding, applying."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshsim._native import core
from meshsim.errors import ScenarioErrors

if TYPE_CHECKING:
    from meshsim._core import Diagnostic
    from meshsim.plan import Plan
    from meshsim.record import RunRecord


class Scenario:
    """Resources, behaviour, load, failures and how to run: a value that is never changed.

    Get one from `load` or `parse`; `with_` and `apply` give changed copies.
    """

    def __init__(self, scenario: core.Scenario) -> None:
        self._core = scenario

    @property
    def name(self) -> str:
        """`metadata.name` of the Scenario document."""
        return self._core.name

    @property
    def diagnostics(self) -> tuple["Diagnostic", ...]:
        """Problems found while reading: warnings and notes (errors raise)."""
        return tuple(self._core.diagnostics)

    @property
    def digest(self) -> str:
        """Digest of everything the scenario says, defaults included."""
        return self._core.digest()

    @property
    def effective_yaml(self) -> str:
        """The scenario as YAML with every default visible."""
        return self._core.effective_yaml()

    @property
    def resources_yaml(self) -> str:
        """The Kubernetes and Istio objects, as they were written."""
        return self._core.documents_yaml()

    def with_(self, overrides: Mapping[str, Any]) -> "Scenario":
        """A copy with values changed.

        Args:
            overrides: Path -> value. A path is one in the scenario's `spec` ("run.until") or
                "Kind/name[.namespace]:spec.path" of an object; list items by name or index,
                "..field" is the only field of that name. Values are what YAML would hold.

        Raises:
            ScenarioErrors: A path leads nowhere or a value does not fit.

        Example:
            >>> from meshsim.examples import tiny
            >>> tiny().with_({"run.seed": 9}).compile().seed
            9
        """
        pairs = [(path, json.dumps(value)) for path, value in overrides.items()]
        return _checked(self._core.with_overrides(pairs))

    def apply(self, *files: str | Path, yaml: str | None = None) -> "Scenario":
        """A copy with YAML documents on top, as `kubectl apply` would.

        Args:
            files: YAML files.
            yaml: YAML text.

        Raises:
            ScenarioErrors: A document is wrong.
            OSError: A file cannot be read.
        """
        changed = self._core
        for file in files:
            changed = changed.with_applied(Path(file).read_text("utf-8"), str(file))
        if yaml is not None:
            changed = changed.with_applied(yaml, "<text>")
        return _checked(changed)

    def compile(self) -> "Plan":
        """The plan: what istiod would push, with every name resolved.

        Raises:
            ScenarioErrors: It cannot be compiled.
        """
        from meshsim.plan import Plan

        plan, problems = self._core.compile()
        if plan is None:
            raise ScenarioErrors([*self.diagnostics, *problems])
        return Plan(plan, self, tuple(problems))

    def run(self, **options: Any) -> "RunRecord":
        """`compile()`, then `Plan.run` with these options."""
        return self.compile().run(**options)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._core == other._core

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Scenario {self.name or 'unnamed'}: digest {self.digest}>"


def load(*resources: str | Path, scenario: str | Path | None = None) -> Scenario:
    """Reads a scenario.

    Args:
        resources: One scenario file or folder; or, with `scenario=`, Kubernetes and Istio YAML as
            files, folders or globs.
        scenario: The Scenario document, if the resources are given apart.

    Raises:
        ScenarioErrors: With every problem, each at its file, line and column.

    Example:
        >>> load("scenarios/bookinfo_canary").name  # doctest: +SKIP
        'bookinfo-canary'
    """
    paths = [str(p) for p in resources]
    if not paths and scenario is None:
        raise TypeError("load() needs a scenario file, a folder or resource files")
    return _checked(read(paths, None if scenario is None else str(scenario)))


def parse(text: str, *, file: str = "<text>") -> Scenario:
    """Reads a scenario and its objects from YAML text.

    Args:
        text: YAML documents.
        file: Its name in diagnostics; relative `include` paths start at its folder.

    Raises:
        ScenarioErrors: With every problem.
    """
    return _checked(core.parse_scenario(text, file))


def read(paths: Sequence[str], scenario: str | None) -> core.Scenario:
    """The compiled scenario of `load`, errors and all."""
    if scenario is None and len(paths) == 1:
        return core.load_scenario(paths[0])
    return core.load_parts(paths, scenario or "")


def _checked(scenario: core.Scenario) -> Scenario:
    found = scenario.diagnostics
    if any(d.severity == "error" for d in found):
        raise ScenarioErrors(found)
    return Scenario(scenario)


__all__ = ["Scenario", "load", "parse", "read"]
