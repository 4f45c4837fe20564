"""Deterministic simulator of Istio service meshes: YAML in, answers out.

Nouns, in the order of a session: `load` gives a `Scenario` (what was asked for), its `compile()` a
`Plan` (what istiod would push), `Plan.run()` a `RunRecord` (what happened), `Plan.start()` a
`World` (a run in progress that can be paused, copied, changed and resumed).

Example:
    >>> import meshsim as ms
    >>> scenario = ms.parse('''
    ... apiVersion: v1
    ... kind: Service
    ... metadata: {name: cart}
    ... spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
    ... ---
    ... apiVersion: apps/v1
    ... kind: Deployment
    ... metadata: {name: cart}
    ... spec:
    ...   selector: {matchLabels: {app: cart}}
    ...   template:
    ...     metadata: {labels: {app: cart}}
    ...     spec: {containers: [{name: cart, image: cart}]}
    ... ---
    ... apiVersion: meshsim.dev/v1alpha1
    ... kind: Scenario
    ... metadata: {name: first}
    ... spec:
    ...   load: [{name: shoppers, to: {service: cart}, open: {rate: 50}}]
    ...   run: {until: 10s}
    ... ''')
    >>> record = scenario.compile().run(seed=7)
    >>> record.info.ended_by
    'horizon'
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meshsim._native import version as __version__
    from meshsim.builder import Builder
    from meshsim.errors import MemoryLimitExceeded, MeshsimError, RecordError, ScenarioErrors
    from meshsim.laws import closed, constant_rate, exponential, gamma, lognormal, poisson
    from meshsim.plan import Plan
    from meshsim.plot import compare_runs
    from meshsim.record import RunInfo, RunRecord
    from meshsim.recordings import Verification, VerifiedCase, verify
    from meshsim.scenario import Scenario, load, parse
    from meshsim.store import load_record
    from meshsim.study import Comparison, Replications, compare, replicate
    from meshsim.sweeping import Sweep, sweep
    from meshsim.tables import Table
    from meshsim.world import World

# Where each public name lives. Nothing is imported before it is used: `import meshsim` is instant.
_HOMES = {
    "Builder": "builder",
    "Comparison": "study",
    "MemoryLimitExceeded": "errors",
    "MeshsimError": "errors",
    "Plan": "plan",
    "RecordError": "errors",
    "Replications": "study",
    "RunInfo": "record",
    "RunRecord": "record",
    "Scenario": "scenario",
    "ScenarioErrors": "errors",
    "Sweep": "sweeping",
    "Table": "tables",
    "Verification": "recordings",
    "VerifiedCase": "recordings",
    "World": "world",
    "closed": "laws",
    "compare": "study",
    "compare_runs": "plot",
    "constant_rate": "laws",
    "exponential": "laws",
    "gamma": "laws",
    "load": "scenario",
    "load_record": "store",
    "lognormal": "laws",
    "parse": "scenario",
    "poisson": "laws",
    "replicate": "study",
    "sweep": "sweeping",
    "verify": "recordings",
}

__all__ = [
    "Builder",
    "Comparison",
    "MemoryLimitExceeded",
    "MeshsimError",
    "Plan",
    "RecordError",
    "Replications",
    "RunInfo",
    "RunRecord",
    "Scenario",
    "ScenarioErrors",
    "Sweep",
    "Table",
    "Verification",
    "VerifiedCase",
    "World",
    "__version__",
    "closed",
    "compare",
    "compare_runs",
    "constant_rate",
    "exponential",
    "gamma",
    "load",
    "load_record",
    "lognormal",
    "parse",
    "poisson",
    "replicate",
    "sweep",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("meshsim._native").version
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'meshsim' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"meshsim.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
