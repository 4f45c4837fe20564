"""What is written for other programs: bootstraps of a real Envoy."""

import json
from pathlib import Path

import meshsim as ms
import pytest
from cli_tools import answer, meshsim
from meshsim.examples import TINY, tiny
from meshsim.export import envoy_bootstrap, outlier_log

CASE = """\
title: t
question: q
client: {workload: caller}
instances: [{name: web, service: web, address: 127.0.1.1}]
load: {request: {authority: web}, phases: [{burst: 1}]}
compare: [{measure: requests, kind: exact}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""


def clusters(document: dict) -> list[str]:
    return [c["name"] for c in document["static_resources"]["clusters"]]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case.yaml").write_text(CASE)
    (tmp_path / "istio.yaml").write_text(SERVICE)
    return tmp_path


def test_a_scenario_becomes_a_bootstrap() -> None:
    document = json.loads(envoy_bootstrap(tiny(), workload="cart"))
    assert "outbound|80||cart.default.svc.cluster.local" in clusters(document)
    assert document == json.loads(envoy_bootstrap(tiny(), workload="cart.default"))


def test_the_folder_of_a_case_is_a_source_too(case: Path) -> None:
    document = json.loads(envoy_bootstrap(case, workload="caller"))
    web = document["static_resources"]["clusters"][0]
    endpoint = web["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    assert endpoint["address"]["socket_address"] == {"address": "127.0.1.1", "port_value": 8080}


def test_an_unknown_workload_is_named_with_a_suggestion() -> None:
    with pytest.raises(ms.ScenarioErrors, match="cert") as raised:
        envoy_bootstrap(tiny(), workload="cert")
    assert "cart" in raised.value.diagnostics[-1].hint


def test_the_verb_prints_or_writes_the_document(tmp_path: Path) -> None:
    scenario, file = tmp_path / "tiny.yaml", tmp_path / "envoy.json"
    scenario.write_text(TINY)
    args = ["export", "envoy-bootstrap", scenario, "--workload", "cart"]
    printed = meshsim(*args)
    assert printed.exit_code == 0
    assert meshsim(*args, "--output", file).exit_code == 0
    assert json.loads(file.read_text()) == json.loads(printed.stdout)
    data = answer(*args, "--port", "80")["data"]
    names = [x["name"] for x in data["document"]["static_resources"]["listeners"]]
    assert names == ["outbound_0.0.0.0_80", "inbound_0.0.0.0_80"]


def test_what_cannot_be_written_ends_with_65(case: Path, tmp_path: Path) -> None:
    args = ["export", "envoy-bootstrap", case]
    assert "nothing was written" in answer(*args, "--workload", "nobody", code=65)["error"]
    (case / "case.yaml").write_text(CASE.replace("instances", "instence"))
    assert "case.yaml" in meshsim(*args, "--workload", "caller").output
    assert meshsim(*args).exit_code == 2
    assert meshsim("export", "envoy-bootstrap", tmp_path / "no", "--workload", "x").exit_code == 65


FAILING = (
    TINY.replace("workers: 8", "workers: 8, errorRate: 0.9")
    + """\
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart}
spec:
  host: cart
  trafficPolicy:
    outlierDetection:
      {consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 1s, maxEjectionPercent: 50}
"""
)


def test_ejections_become_the_lines_of_envoys_log() -> None:
    record = ms.parse(FAILING).run(seed=1)
    lines = [json.loads(line) for line in outlier_log(record).splitlines()]
    assert {line["action"] for line in lines} == {"EJECT", "UNEJECT"}
    assert all(line["upstream_url"] in {"cart-0", "cart-1"} for line in lines)
    ejected = [line for line in lines if line["action"] == "EJECT"]
    assert ejected[0]["type"] == "CONSECUTIVE_5XX"
    assert ejected[0]["enforced"] is True
    proxy = lines[0]["proxy"]
    own = [json.loads(line) for line in outlier_log(record, proxy=proxy).splitlines()]
    assert own == [
        {k: v for k, v in line.items() if k != "proxy"} for line in lines if line["proxy"] == proxy
    ]
    with pytest.raises(ValueError, match='no pod "cart-9"; did you mean "cart-'):
        outlier_log(record, proxy="cart-9")


def test_the_verb_writes_the_log_of_a_run(tmp_path: Path) -> None:
    record = ms.parse(FAILING).run(seed=1)
    record.save(tmp_path / "out")
    args = ["export", "outlier-log", tmp_path / "out"]
    printed = meshsim(*args)
    assert printed.exit_code == 0
    assert printed.stdout == outlier_log(tmp_path / "out")
    assert meshsim(*args, "--output", tmp_path / "log").exit_code == 0
    assert (tmp_path / "log").read_text() == printed.stdout
    assert answer(*args)["data"]["document"][0]["num_ejections"] == 1
    assert meshsim(*args, "--proxy", "nobody").exit_code == 2
    assert meshsim("export", "outlier-log", tmp_path / "none").exit_code == 65
