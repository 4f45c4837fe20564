"""What other programs read: the configuration of a real Envoy, its log of ejections."""

from pathlib import Path
from typing import TYPE_CHECKING

from meshsim._native import core
from meshsim.errors import ScenarioErrors

if TYPE_CHECKING:
    from meshsim._core import Diagnostic
    from meshsim.record import RunRecord
    from meshsim.scenario import Scenario


def envoy_bootstrap(
    source: "Scenario | str | Path", *, workload: str, listen: str = "127.0.0.1", port: int = 0
) -> str:
    """An Envoy v3 bootstrap that makes a real proxy decide as ours of a workload does.

    Listeners with routes and filters, clusters with the pods that exist at the start. Start it with
    `envoy --config-path FILE`; every listener gets a free port, which `/listeners` of the admin
    interface tells. mTLS, telemetry and protocol detection of a real sidecar are left out.

    Args:
        source: A scenario; its file or folder; or the folder of a recorded case (case.yaml).
        workload: "name" or "name.namespace" of a workload with a sidecar, or of a gateway.
        listen: Where the listeners and the admin interface are.
        port: Only the outbound listener of this port; 0 = all.

    Returns:
        JSON text.

    Raises:
        ScenarioErrors: The source has errors, or no such workload with a proxy.

    Example:
        >>> from meshsim.examples import tiny
        >>> '"outbound_0.0.0.0_80"' in envoy_bootstrap(tiny(), workload="cart")
        True
    """
    text, found = bootstrap_and_problems(read(source), workload, listen=listen, port=port)
    if text is None:
        raise ScenarioErrors(found)
    return text


def outlier_log(run: "RunRecord | str | Path", *, proxy: str = "") -> str:
    """Ejections and returns of hosts as Envoy's outlier event log has them, a JSON object a line.

    Detections that were not enforced are in it, those above the limit are not, as in Envoy. A run
    has no calendar: its timestamps begin at 1970-01-01T00:00:00Z. `upstream_url` is the name of the
    pod in place of its address, and the numbers of success-rate and failure-percentage events are
    left out.

    Args:
        run: A record, or the folder that one was saved to.
        proxy: The pod whose log it is; empty: all, each line then ends with its "proxy".

    Returns:
        JSON lines, empty if nothing was detected.

    Raises:
        RecordError: There is no run in the folder, or it is damaged.
        ValueError: No pod has this name.

    Example:
        >>> from meshsim.examples import tiny
        >>> outlier_log(tiny().run(seed=1))
        ''
    """
    from meshsim.record import RunRecord
    from meshsim.store import load_record

    record = run if isinstance(run, RunRecord) else load_record(run)
    pods = record._core.names["endpoints"]
    if proxy and proxy not in pods:
        from difflib import get_close_matches

        near = get_close_matches(proxy, pods, 1)
        raise ValueError(
            f'there is no pod "{proxy}"' + (f'; did you mean "{near[0]}"?' if near else "")
        )
    return core.outlier_log(record._core, proxy)


def read(source: "Scenario | str | Path") -> core.Scenario:
    """The scenario behind a source, errors and all."""
    from meshsim.scenario import Scenario
    from meshsim.scenario import read as read_scenario

    if isinstance(source, Scenario):
        return source._core
    if (Path(source) / "case.yaml").is_file():
        return core.case_scenario(str(source))
    return read_scenario([str(source)], None)


def bootstrap_and_problems(
    scenario: core.Scenario, workload: str, *, listen: str, port: int
) -> tuple[str | None, list["Diagnostic"]]:
    """The document, or None with the errors why."""
    found = list(scenario.diagnostics)
    if any(d.severity == "error" for d in found):
        return None, found
    text, problems = core.envoy_bootstrap(scenario, workload, listen=listen, port=port)
    return text, found + [d for d in problems if d not in found]


__all__ = ["envoy_bootstrap", "outlier_log"]
