"""Runs on disk: a folder of run.json and columns, always whole, checked when read."""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from meshsim._native import core
from meshsim.errors import RecordError
from meshsim.record import RunContext, RunRecord

FORMAT = "meshsim.dev/run/v1"
MANIFEST = "run.json"


def atomic_write(path: Path, content: bytes) -> Path:
    """Writes a file whole or not at all: readers never see half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def save_record(record: RunRecord, folder: Path) -> Path:
    """Writes the run to `folder`; other files there stay, an older run is replaced.

    The manifest is written last and names its columns by their digest, so that a folder holds the
    old run or the new one at every moment.
    """
    packed = io.BytesIO()
    np.savez_compressed(packed, **dict(record.columns))  # type: ignore[arg-type]
    content = packed.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    columns = f"columns-{digest[:12]}.npz"
    context = record.context
    manifest = {
        "format": FORMAT,
        "columns": {"file": columns, "sha256": digest},
        "hash": record.hash,
        "info": record._core.info,
        "names": record._core.names,
        "diagnostics": list(context.diagnostics),
        "thresholds": [dict(t) for t in record.thresholds],
        "replications": list(context.replications),
        "workers": list(context.workers),
        "effective_yaml": context.effective_yaml,
        "resources_yaml": context.resources_yaml,
    }
    atomic_write(folder / columns, content)
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    atomic_write(folder / MANIFEST, text.encode())
    for old in folder.glob("columns-*.npz"):
        if old.name != columns:
            old.unlink(missing_ok=True)
    return folder


def load_record(folder: str | Path) -> RunRecord:
    """Reads a run that `RunRecord.save` or `meshsim run --out` wrote.

    Args:
        folder: The folder.

    Raises:
        RecordError: There is no run, or it is damaged, or of another version of the format.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    try:
        columns = _columns(folder, manifest["columns"])
        record = core.record_from(manifest["info"], manifest["names"], columns)
        if record.hash() != manifest["hash"]:
            raise RecordError(f"{folder}: the run is damaged: its content has another digest")
        context = RunContext(
            effective_yaml=manifest["effective_yaml"],
            resources_yaml=manifest["resources_yaml"],
            diagnostics=tuple(manifest["diagnostics"]),
            thresholds=tuple(manifest["thresholds"]),
            replications=tuple(manifest["replications"]),
            workers=tuple(manifest.get("workers", ())),  # none in runs saved by older versions
        )
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise RecordError(f"{folder}: the run is damaged: {error}") from error
    return RunRecord(record, context)


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RecordError(
            f"{folder}: no run here; `meshsim run SCENARIO --out {folder}` writes one"
        ) from error
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {error}") from error
    if not isinstance(manifest, dict):
        raise RecordError(f"{path}: this is no run")
    found = manifest.get("format")
    if found != FORMAT:
        raise RecordError(f"{path}: the format is {found!r}, this version reads {FORMAT!r}")
    return manifest


def _columns(folder: Path, entry: Mapping[str, str]) -> dict[str, Any]:
    path = folder / Path(entry["file"]).name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise RecordError(f"{path}: the run is damaged: the columns have another digest")
    with np.load(io.BytesIO(content), allow_pickle=False) as packed:
        return {name: packed[name] for name in packed.files}


__all__ = ["FORMAT", "MANIFEST", "atomic_write", "load_record", "save_record"]
