"""Runs from Python: equal for equal seeds, interruptible, forkable, refused when too large."""

import _thread
import signal
import threading
import time

import meshsim as ms
import numpy as np
import pytest
from meshsim._native import core
from meshsim.examples import tiny

LONG = {"run.until": "10h", "load.shoppers.open.rate": 2000}


def test_the_same_plan_and_seed_give_the_same_record() -> None:
    plan = tiny().compile()
    first, again, other = (plan.run(seed=s) for s in (7, 7, 8))
    assert first.hash == again.hash != other.hash
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert first.info.seed == 7
    for name, column in first.columns.items():
        np.testing.assert_array_equal(column, again.column(name), name)


def test_a_record_says_which_version_made_it() -> None:
    assert tiny().compile().run(until="1s").info.version == ms.__version__


def test_a_run_ends_where_it_is_told() -> None:
    plan = tiny().compile()
    record = plan.run(until="5s", warmup="1s")
    assert record.info.ended_s == 5
    assert record.info.warmup_s == 1
    assert record.info.counted_s == 4
    assert record.info.ended_by == "horizon"
    with pytest.raises(ValueError, match=r"the plan ends at 10s.*run.until"):
        plan.run(until="1m")
    with pytest.raises(ValueError, match="seed"):
        plan.run(seed=-1)


def test_requests_are_conserved() -> None:
    record = tiny().run()
    info = record.info
    ended = int(record.column("series_by_load.count").sum())
    assert info.requests_created >= ended > 300
    assert record.summary()["requests"][0] + info.requests_in_flight >= ended


def test_replications_do_not_depend_on_threads() -> None:
    plan = tiny().compile()
    one = [r.hash for r in plan.replicate(replications=5, threads=1)]
    two = [r.hash for r in plan.replicate(replications=5, threads=2)]
    assert one == two
    assert len(set(one)) == 5
    assert plan.run(seed=plan.seeds(5)[3]).hash == one[3]
    assert [r.hash for r in plan.replicate(seeds=plan.seeds(5))] == one
    with pytest.raises(TypeError, match="either"):
        plan.replicate()
    with pytest.raises(ValueError, match="positive"):
        plan.replicate(replications=0)


def test_a_fork_is_the_same_history() -> None:
    plan = tiny().compile()
    world = plan.start(until="4s", seed=7)
    assert world.now == 4
    early = world.fingerprint
    fork = world.fork()
    assert fork.resume().hash == plan.run(seed=7).hash
    assert world.fingerprint == early
    assert world.run_until("6s").run_until("6s").now == 6
    assert world.resume().hash == plan.run(seed=7).hash
    assert world.events == plan.run(seed=7).info.events
    assert repr(world) == "<World tiny at 10 s>"


def test_a_fork_under_another_configuration_differs_from_then_on() -> None:
    scenario = tiny()
    abort = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart]
  http:
  - fault: {abort: {httpStatus: 503, percentage: {value: 100}}}
    route: [{destination: {host: cart}}]
"""
    world = scenario.compile().start(until="5s", seed=7)
    plain, broken = world.fork().resume(), world.fork().apply(scenario.apply(yaml=abort)).resume()
    assert plain.summary()["failures"][0] == 0
    assert broken.summary()["failures"][0] > 100
    series = broken.timeseries(step="1s")
    assert not series["error_rate"][:4].any()
    assert (series["error_rate"][6:9] == 1).all()


def test_other_workloads_cannot_be_adopted() -> None:
    world = tiny().compile().start(until="1s")
    more = tiny().with_({"Deployment/cart:spec.replicas": 9})
    with pytest.raises(ValueError, match="other workloads, pods or services"):
        world.apply(more)


def test_progress_rises_to_the_end_and_may_stop_the_run() -> None:
    seen: list[tuple[float, int]] = []
    plan = tiny().with_(LONG).compile()
    start = time.monotonic()

    def watch(share: float, events: int) -> bool:
        seen.append((share, events))
        return len(seen) < 4

    record = plan.run(progress=watch)
    assert record.info.ended_by == "interrupt"
    assert len(seen) == 4
    assert seen == sorted(seen)
    assert time.monotonic() - start > 0.1  # about 20 calls per second, not one per event


def test_what_progress_raises_is_raised() -> None:
    def fail(share: float, events: int) -> None:
        raise LookupError("mine")

    plan = tiny().with_(LONG).compile()
    with pytest.raises(LookupError, match="mine"):
        plan.run(progress=fail)
    with pytest.raises(LookupError, match="mine"):
        plan.replicate(replications=2, progress=fail)
    with pytest.raises(LookupError, match="mine"):
        plan.start().resume(progress=fail)


def interrupt_soon() -> threading.Timer:
    timer = threading.Timer(0.3, _thread.interrupt_main, [signal.SIGINT])
    timer.start()
    return timer


def test_ctrl_c_keeps_what_has_happened() -> None:
    timer = interrupt_soon()
    record = tiny().with_(LONG).compile().run()
    timer.join()
    assert record.info.ended_by == "interrupt"
    assert 0 < record.info.ended_s < 36_000
    assert record.summary()["requests"][0] > 0


def test_ctrl_c_keeps_the_replications_that_are_finished() -> None:
    timer = interrupt_soon()
    records = tiny().with_(LONG).compile().replicate(replications=2)
    timer.join()
    assert records == []


def test_the_gil_is_free_during_a_run() -> None:
    counted = 0
    stop = threading.Event()

    def count() -> None:
        nonlocal counted
        while not stop.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    tiny().with_({"run.until": "20m", "load.shoppers.open.rate": 1000}).compile().run()
    during = counted - before
    stop.set()
    thread.join()
    assert during > 5


def test_a_bar_is_drawn_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    tiny().with_(LONG).compile().run(until="5m", progress=True)
    assert "%" in capsys.readouterr().err


def test_a_run_that_needs_too_much_memory_is_refused() -> None:
    plan = tiny().with_({"run.memoryLimit": "1Mi", "Deployment/cart:spec.replicas": 2000}).compile()
    for attempt in (plan.run, plan.start, lambda: plan.replicate(replications=2)):
        with pytest.raises(ms.MemoryLimitExceeded, match="memoryLimit") as raised:
            attempt()
        assert raised.value.needed > raised.value.limit == 2**20
        assert isinstance(raised.value, MemoryError)


def test_kept_requests_have_stories() -> None:
    record = tiny().with_({"record.requests": True}).run()
    table = record.requests.to_pandas()
    assert len(table) == record.info.requests_created - record.info.requests_in_flight
    slowest = record.slowest(3)
    latency = table.set_index("id")["latency_ms"]
    assert latency[slowest[0]] >= latency[slowest[1]] >= latency[slowest[2]]
    story = record.explain(slowest[0])
    assert "cart" in story
    assert len(story.splitlines()) > 3
    with pytest.raises(KeyError, match="did not keep request 999999"):
        record.explain(999_999)
    attempts = record.attempts.to_pandas()
    assert set(attempts["request"]) <= set(table["id"])


def test_a_run_without_kept_requests_says_how_to_keep_them() -> None:
    with pytest.raises(KeyError, match=r"record\.requests"):
        tiny().run(until="1s").explain(0)


def test_thresholds_have_values_and_verdicts() -> None:
    rules = [{"metric": "p99", "max": "1us"}, {"metric": "error_rate", "max": "1%"}]
    record = tiny().with_({"thresholds": rules}).run()
    slow, errors = record.thresholds
    assert not slow["ok"]
    assert slow["text"] == "p99 ≤ 1us"
    assert slow["value_text"].endswith("ms")
    assert errors["ok"]
    assert errors["value_text"] == "0 %"


def test_the_compiled_module_counts_bins_as_its_histogram_does() -> None:
    lower, upper = core.bin_bounds(500)
    assert (lower[1:] == upper[:-1]).all()
    assert lower[0] == 0
