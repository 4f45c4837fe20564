"""A small recorded case, and where the real ones are."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]

ISTIO = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""

CASE = """\
title: t
question: q
repeat: 2
instances:
- {name: web, service: web, address: 127.0.1.1, behaviour: {latency: 2ms}}
load:
  request: {authority: web}
  phases:
  - {rate: 10, duration: 1s}
compare:
- {measure: outcome.200, kind: exact}
"""

TEN = {"mean": 10, "sd": 0, "min": 10, "max": 10}
EXPECTED: dict[str, Any] = {
    "recorded": {"date": "2026-01-01", "envoy": "1.40.0", "istio": "1.27.9"},
    "runs": 2,
    "scalars": {"outcome.200": TEN, "requests": TEN},
    "series": {"200": {"mean": [10]}},
}


def write_case(folder: Path, *, case: str = CASE, expected: Any = EXPECTED) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(case)
    (folder / "istio.yaml").write_text(ISTIO)
    (folder / "expected.json").write_text(json.dumps(expected))
    return folder


def shared_recordings() -> Path:
    """The recordings of a real Envoy; the test that asks is skipped where there are none."""
    shared = os.environ.get("MESHSIM_SHARED") or REPOSITORY.parent / "shared"
    folder = Path(shared) / "fixtures" / "envoy"
    if not folder.is_dir():
        pytest.skip("no recordings beside the repository")
    return folder
