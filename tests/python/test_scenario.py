"""Scenarios in Python: loading, overriding, applying, problems with their places."""

from pathlib import Path

import meshsim as ms
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from meshsim.examples import TINY, tiny

RULE = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart}
spec:
  host: cart
  trafficPolicy:
    connectionPool: {http: {http1MaxPendingRequests: 7}}
"""


def test_a_scenario_is_loaded_from_a_file_a_folder_or_text(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(TINY)
    digests = {ms.load(path).digest, ms.load(tmp_path).digest, ms.parse(TINY).digest}
    assert len(digests) == 1


def test_resources_and_scenario_may_be_apart(tmp_path: Path) -> None:
    service, deployment, scenario = TINY.split("---\n")
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "a.yaml").write_text(service)
    (tmp_path / "k8s" / "b.yaml").write_text(deployment)
    (tmp_path / "s.yaml").write_text(scenario)
    apart = ms.load(tmp_path / "k8s" / "*.yaml", scenario=tmp_path / "s.yaml")
    assert apart.run(until="1s").fingerprint == tiny().run(until="1s").fingerprint


def test_load_needs_something() -> None:
    with pytest.raises(TypeError, match="needs a scenario"):
        ms.load()


def test_a_missing_file_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(ms.ScenarioErrors, match="absent"):
        ms.load(tmp_path / "absent.yaml")


def test_all_problems_come_at_once_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(TINY.replace("rate: 50", "rte: 50").replace("10s", "ten"))
    with pytest.raises(ms.ScenarioErrors) as raised:
        ms.load(path)
    found = [d for d in raised.value.diagnostics if d.severity == "error"]
    assert len(found) >= 2
    for d in found:
        assert d.place.file == str(path)
        assert d.place.line in (21, 22)
        assert d.place.column > 1
        assert d.code.startswith("MS")
        assert d.what
    assert "error" in str(raised.value)
    assert str(path) in str(raised.value)
    assert "Diagnostic" in repr(found[0])
    assert found[0] == found[0]
    assert found[0] != found[1]
    assert len({*found, *found}) == len(found)


def test_an_override_changes_a_value_and_the_digest() -> None:
    changed = tiny().with_({"load.shoppers.open.rate": 80, "run.seed": 3})
    assert changed.digest != tiny().digest
    assert changed.compile().seed == 3
    assert changed != tiny()
    assert tiny() == tiny()
    assert hash(tiny()) == hash(tiny())
    assert changed.run(until="1s").info.requests_created > 60


def test_an_override_of_an_object() -> None:
    scenario = tiny().apply(yaml=RULE)
    changed = scenario.with_({"DestinationRule/cart:..http1MaxPendingRequests": 1})
    assert "http1MaxPendingRequests: 1" in changed.resources_yaml
    assert "http1MaxPendingRequests: 7" in scenario.resources_yaml


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("load.nobody.open.rate", 1),
        ("run.sed", 1),
        ("run.until", "yesterday"),
        ("run.until", -5),
        ("Deployment/none:spec.replicas", 1),
        ("Deployment/cart:spec.replicas", "many"),
        ("", 1),
        ("..", 1),
        ("a..b", 1),
        ("Deployment/cart:", 1),
        (":spec", 1),
    ],
)
def test_an_override_that_does_not_fit_is_an_error(path: str, value: object) -> None:
    with pytest.raises(ms.ScenarioErrors):
        tiny().with_({path: value})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["load", "shoppers", "open", "run", "until", "..", ".", ":", "/", "Service", "cart",
             "spec", "[0]", "0", "ports", "", " ", "\n", "é", "*"]
        ),
        max_size=7,
    ).map("".join),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
              st.lists(st.integers(), max_size=2)),
)  # fmt: skip
def test_no_override_crashes(path: str, value: object) -> None:
    try:
        changed = tiny().with_({path: value})
    except ms.ScenarioErrors as errors:
        assert errors.diagnostics
    except ValueError as error:  # JSON has no NaN, YAML text no surrogates
        assert "JSON" in str(error) or "surrogates" in str(error)
    else:
        assert changed.digest


def test_documents_are_applied_as_kubectl_would(tmp_path: Path) -> None:
    path = tmp_path / "dr.yaml"
    path.write_text(RULE)
    once = tiny().apply(path)
    assert once.digest == tiny().apply(yaml=RULE).digest != tiny().digest
    assert once.apply(path).digest == once.digest
    with pytest.raises(ms.ScenarioErrors):
        tiny().apply(yaml="kind: [")
    with pytest.raises(OSError, match="absent"):
        tiny().apply(tmp_path / "absent.yaml")


def test_the_effective_scenario_shows_defaults_and_is_one() -> None:
    text = tiny().effective_yaml
    assert "warmup" in text
    assert "seed" in text


def test_the_plan_tells_what_it_knows() -> None:
    plan = tiny().compile()
    assert plan.until == "10s"
    assert plan.names["loads"] == ["shoppers"]
    assert "cart.default.svc.cluster.local" in plan.names["services"]
    assert plan.versions[0] == (0.0, "start")
    assert plan.digest == tiny().digest
    assert plan.estimated_bytes > 1000
    assert plan.dot.startswith("digraph")
    assert "cart" in plan.dot
    assert repr(plan).startswith("<Plan tiny: ")
    assert repr(tiny()).startswith("<Scenario tiny: digest ")


def test_text_that_is_no_utf8_is_survived(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(TINY.encode().replace(b"tiny", b"t\xff\xfey"))
    try:
        ms.load(path)
    except ms.ScenarioErrors as errors:
        assert errors.diagnostics
