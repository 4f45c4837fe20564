"""Scenarios made in Python: equal to YAML, any word passes, errors at the line of the call."""

from pathlib import Path

import meshsim as ms
import pytest
from meshsim.examples import TINY, tiny

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def built_tiny() -> ms.Builder:
    b = ms.Builder("tiny")
    cart = b.service("cart", replicas=2, version="v1", workers=8, time=ms.exponential("5ms"))
    b.load("shoppers", cart, ms.poisson("50/s")).run(until="10s")
    return b


def three_tiers() -> ms.Builder:
    b = ms.Builder("three-tier-retries")
    law = ms.lognormal
    web = b.service("web", replicas=3, workers=64)
    orders = b.service("orders", replicas=3, workers=32)
    stock = b.service("stock", replicas=3, workers=4, queue=200, time=law("15ms", cv=0.5))
    web.script.works(law("2ms", cv=0.5)).calls(orders, timeout="2s")
    orders.script.works(law("4ms", cv=0.5)).calls(stock, timeout="150ms", retries=2)
    b.ingress(web, load=ms.poisson("600/s"))
    b.route(orders, retries={"attempts": 2, "perTryTimeout": "400ms", "retryOn": "5xx"})
    b.fault("slow", stock, at="60s", duration="60s", replicas=1, factor=12)
    b.threshold("p99", load="users", max="1s").threshold("error_rate", load="users", max="1%")
    b.set("record.requests", {"sample": "1%", "keepSlowest": 20})
    return b.run(until="3m", seed=1)


def test_one_service_runs_as_its_yaml() -> None:
    # The YAML of the example calls its Deployment "cart" although its pods have a version.
    text = TINY.replace(
        "kind: Deployment\nmetadata: {name: cart}", "kind: Deployment\nmetadata: {name: cart-v1}"
    ).replace("workloads: {cart:", "workloads: {cart-v1:")
    yaml = text.replace("{name: cart, image: cart}", "{name: cart, image: example.com/cart}")
    yaml = yaml.replace(
        "  selector: {matchLabels: {app: cart}}",
        "  selector: {matchLabels: {app: cart, version: v1}}",
    )
    code = built_tiny().build()
    assert code.effective_yaml == ms.parse(yaml).effective_yaml
    assert code.digest == ms.parse(yaml).digest
    assert code.run(seed=7).fingerprint == ms.parse(yaml).run(seed=7).fingerprint


def test_the_three_tiers_run_as_the_story_in_scenarios() -> None:
    story, code = ms.load(SCENARIOS / "three_tier_retries"), three_tiers().build()
    code_objects = sorted(code.resources_yaml.split("---\n"))
    assert code_objects == sorted(story.resources_yaml.split("---\n"))
    runs = [s.compile().run(until="90s", seed=5) for s in (story, code)]
    assert runs[0].fingerprint == runs[1].fingerprint
    assert runs[0].figures["edges"]["attempts"].sum() == runs[1].figures["edges"]["attempts"].sum()
    assert [t["text"] for t in runs[0].thresholds] == [t["text"] for t in runs[1].thresholds]


def test_manifests_of_production_can_be_included() -> None:
    folder = SCENARIOS / "smallest"
    b = ms.Builder("smallest")
    manifests = SCENARIOS / "bookinfo_canary"
    b.include(manifests / "bookinfo.yaml", manifests / "gateway.yaml")
    to = {"gateway": "bookinfo-gateway", "host": "bookinfo.example", "path": "/productpage"}
    b.load("shoppers", to, {"open": {"rate": 100}}).run(until="60s")
    assert b.build().digest == ms.load(folder).digest


def test_the_example_of_the_documentation() -> None:
    b = ms.Builder("shop")
    api = b.service("api", replicas=3, workers=16, time=ms.lognormal("8ms", cv=1.2))
    db = b.service("db", error=0.001)
    b.service("price")
    b.service("stock")
    api.handler("GET /cart").calls(db, timeout="200ms", retries=2).then_parallel("price", "stock")
    b.ingress(api, path="/cart", load=ms.poisson("300/s").ramp(to="900/s", over="2m"))
    b.outage(db, at="60s", duration="20s").run(until="90s")
    record = b.build().run(until="10s", seed=7)
    called = set(record.edges["service"].tolist())
    assert {"db.default.svc.cluster.local", "price.default.svc.cluster.local"} <= called


def test_every_word_of_the_grammar_passes() -> None:
    b = ms.Builder("words")
    cart = b.service("cart", workers="unlimited", body="1Ki", cancel=True)
    stock = b.service("stock")
    steps = cart.handler({"path": {"exact": "/"}}, status=201).sleeps(0.001)
    steps.step({"repeat": {"times": 3, "script": [{"call": {"service": "stock"}}]}})
    steps.step({"choose": [{"weight": 1, "script": []}, {"script": [{"work": "1ms"}]}]})
    steps.then_parallel(stock, [{"work": "1ms"}, {"call": "stock"}])
    cart.version("v2", replicas=2, workers=3)
    b.policy(stock, outlier_detection={"consecutive5xxErrors": 3})
    b.load("inside", cart, ms.closed(3, think=ms.exponential("1s")), timeout="5s")
    b.change(at="3s", scale=(stock, 4)).fault("errors", "stock", at="1s", share=0.5, status=503)
    b.set("platform.network.sameZone.rtt", "0.4ms")
    scenario = b.run(until="5s", memory_limit="1Gi").build()
    text = scenario.effective_yaml
    for word in ("times: 3", "users: 3", "rtt: 400us", "status: 201", "replicas: 4"):
        assert word in text.replace("µs", "us"), word
    assert scenario.compile().run().info.ended_by == "horizon"


def test_a_mistake_names_the_line_of_the_call() -> None:
    b = ms.Builder("mistakes")
    b.service("cart")
    line = 1 + test_a_mistake_names_the_line_of_the_call.__code__.co_firstlineno + 3
    b.service("stock", wrokers=3)
    b.fault("slow", "cart", at="never", factor=2)
    b.load("users", "cart", ms.poisson(5)).run(until="5s")
    with pytest.raises(ms.ScenarioErrors) as caught:
        b.build()
    places = [(Path(d.place.file).name, d.place.line) for d in caught.value.diagnostics]
    assert places == [("test_builder.py", line), ("test_builder.py", line + 1)]
    assert "workers" in caught.value.diagnostics[0].hint


def test_mistakes_that_python_can_see_are_said_at_once() -> None:
    b = ms.Builder("shop")
    cart = b.service("cart")
    b.load("users", cart, ms.poisson(5))
    with pytest.raises(ValueError, match="a service 'cart' already"):
        b.service("cart")
    with pytest.raises(ValueError, match="a load 'users' already"):
        b.load("users", cart, ms.poisson(5))
    with pytest.raises(ValueError, match="no rate"):
        ms.poisson("many")
    with pytest.raises(ValueError, match="GET /cart"):
        cart.handler("get it")
    with pytest.raises(TypeError, match="not <object"):
        b.set("run.until", object())
    with pytest.raises(TypeError, match="only an open load"):
        ms.closed(3).ramp(to=5, over="1m")
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="inside itself"):
        b.set("load", endless)


def test_a_missing_manifest_is_a_diagnostic() -> None:
    with pytest.raises(ms.ScenarioErrors, match="does not exist"):
        ms.Builder("shop").include("there/is/none.yaml").build()


def test_rates_step_and_ramp() -> None:
    load = ms.poisson(100).step(at="10s", to=200).ramp(at="20s", to="50/s", over="10s")
    assert load.words["open"]["rate"] == [
        {"at": "0s", "rps": 100},
        {"at": "10s", "rps": 200},
        {"at": "20s", "rps": 200},
        {"at": "30s", "rps": 50, "ramp": True},
    ]


def test_a_builder_goes_on_after_a_scenario_was_built() -> None:
    b = built_tiny()
    first = b.build()
    assert b.build() == first
    assert b.run(seed=9).build().digest != first.digest
    assert tiny().name == first.name
