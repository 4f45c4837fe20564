"""The rig without Envoy: what instances answer, what is sent when, what is written down.

`scripts/rig.sh` runs it with Envoy.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from meshsim.recordings import verify
from meshsim.rig.application import Application, Visit
from meshsim.rig.behaviour import Behaviour, Request
from meshsim.rig.case import Instance, offsets_of
from meshsim.rig.client import Connections
from meshsim.rig.clock import Clock
from meshsim.rig.draws import law, uniform
from meshsim.rig.envoy import unchunked
from meshsim.rig.measures import Measured, spread_of
from meshsim.rig.recording import expected_of
from meshsim.rig.upstream import Http1Server, Upstream, forget_work

CASES = Path(__file__).parents[1] / "rig" / "cases"


def answer_at(form: dict, nth: int, at: float = 0.0, path: str = "/", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Behaviour(form).answer(nth, Request(at, path, named)).status


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ({"after": "1s", "before": "2s"}, {"at": 1.0}, {"at": 2.0}),
        ({"nth": "1,3-5,9-"}, {"nth": 4}, {"nth": 2}),
        ({"nth": 7}, {"nth": 7}, {"nth": 8}),
        ({"cycle": {"of": 4, "at": [1, 2]}}, {"nth": 6}, {"nth": 7}),
        ({"header": {"x-envoy-attempt-count": "2"}}, {"x_envoy_attempt_count": "2"}, {}),
        ({"path": "/a"}, {"path": "/a"}, {"path": "/a?b"}),
        ({"chance": {"p": 1.0, "seed": 1}}, {}, None),
    ],
)
def test_a_rule_replaces_the_fields_it_names(condition: dict, holds: dict, fails: Any) -> None:
    form = {"status": 200, "rules": [{**condition, "status": 503}]}
    assert answer_at(form, **{"nth": 1, **holds}) == 503
    if fails is not None:
        assert answer_at(form, **{"nth": 1, **fails}) == 200


def test_the_first_rule_that_holds_wins_and_others_keep_their_fields() -> None:
    form = {"body": 7, "rules": [{"nth": "1-2", "status": 500}, {"nth": "2-3", "status": 503}]}
    answers = [Behaviour(form).answer(n, Request(0, "/", {})) for n in range(1, 5)]
    assert [a.status for a in answers] == [500, 500, 503, 200]
    assert {a.body for a in answers} == {7}


def test_laws_draw_by_number() -> None:
    assert [law({"list": ["5ms", "9ms"]})(k) for k in (0, 1, 2)] == [0.005, 0.009, 0.005]
    draws = [law({"exponential": {"mean": "10ms", "seed": 3}})(k) for k in range(4000)]
    assert sum(draws) / 4000 == pytest.approx(0.010, rel=0.06)
    wide = [law({"uniform": {"min": "1ms", "max": "3ms", "seed": 3}})(k) for k in range(4000)]
    assert 0.001 <= min(wide) < 0.0011 < 0.0029 < max(wide) <= 0.003
    median = sorted(
        law({"lognormal": {"median": "4ms", "sigma": 1, "seed": 2}})(k) for k in range(4001)
    )
    assert median[2000] == pytest.approx(0.004, rel=0.1)
    assert uniform(1, 0) != uniform(2, 0) != uniform(2, 1)


def test_phases_say_when_requests_are_due() -> None:
    assert list(offsets_of({"rate": 4, "duration": "1s"})) == [0, 0.25, 0.5, 0.75]
    assert list(offsets_of({"burst": 2})) == [0, 0]
    assert list(offsets_of({"offsets": ["0s", "20ms"]})) == [0, 0.02]
    poisson = list(offsets_of({"rate": 100, "process": "poisson", "seed": 5, "duration": "10s"}))
    assert poisson == sorted(poisson)
    assert 900 < len(poisson) < 1100
    assert all(round(t * 1e6) == pytest.approx(t * 1e6, abs=1e-6) for t in poisson)


# ---- instances, over real sockets ----------------------------------------------------------------

Ask = Callable[..., Awaitable[int]]


def on_instance(form: dict, talk: Callable[[Ask, list[Visit]], Awaitable[None]]) -> list[Visit]:
    """Runs `talk` against an instance; answers its visits."""
    from meshsim.rig.case import send_of

    async def main() -> list[Visit]:
        instance = Instance("web", "web", "web", "127.0.44.1", 0, False, False, Behaviour(form))
        visits: list[Visit] = []
        application = Application(instance, Clock(), visits)
        upstream = Upstream(application, Http1Server(application), 18080)
        await upstream.open()
        upstream.plan_downs(asyncio.get_running_loop(), asyncio.get_running_loop().time())
        connections = Connections(("127.0.44.1", 18080))

        async def ask(path: str = "/", timeout: float | None = 5.0, **headers: str) -> int:
            return await connections.ask(
                send_of("", {"path": path, "authority": "web"}), headers, timeout
            )

        try:
            await talk(ask, visits)
        finally:
            connections.close()
            forget_work()
            await upstream.stop()
        return visits

    return asyncio.run(main())


def test_workers_serve_in_order_and_the_queue_overflows() -> None:
    async def talk(ask: Ask, visits: list[Visit]) -> None:
        done = await asyncio.gather(*(ask() for _ in range(4)))
        assert sorted(done) == [200, 200, 503, 503]

    visits = on_instance({"latency": "100ms", "workers": 1, "queue": 1}, talk)
    ended = sorted(v.ended for v in visits if v.answered == "200")
    assert ended[1] - ended[0] == pytest.approx(0.1, abs=0.08)


@pytest.mark.parametrize(("cancel", "answered"), [("continue", "200"), ("stop", "abandoned")])
def test_work_that_nobody_waits_for(cancel: str, answered: str) -> None:
    async def talk(ask: Ask, visits: list[Visit]) -> None:
        assert await ask(timeout=0.05) == 0
        await asyncio.sleep(0.5)

    (visit,) = on_instance({"latency": "250ms", "cancel": cancel}, talk)
    assert visit.answered == answered


@pytest.mark.parametrize("action", ["reset", "close", "reset_after_headers"])
def test_actions_end_the_connection(action: str) -> None:
    async def talk(ask: Ask, visits: list[Visit]) -> None:
        assert await ask() == 0
        assert await ask(path="/good") == 200

    visits = on_instance(
        {"action": action, "rules": [{"path": "/good", "action": "respond"}]}, talk
    )
    assert [v.answered for v in visits] == [action, "200"]


def test_a_closed_port_refuses_and_opens_again() -> None:
    async def talk(ask: Ask, visits: list[Visit]) -> None:
        await asyncio.sleep(0.1)
        with pytest.raises(ConnectionRefusedError):
            await ask()
        await asyncio.sleep(0.4)
        assert await ask() == 200

    on_instance({"down": [{"from": "0s", "to": "300ms"}]}, talk)


def test_a_failed_call_decides_the_answer() -> None:
    async def run(steps: list, statuses: list[int]) -> int:
        instance = Instance("w", "w", "w", "", 0, False, False, Behaviour({"calls": steps}))
        application = Application(instance, Clock(), [])
        left = iter(statuses)

        async def call(step: Any, visit: Visit) -> int:
            return next(left)

        application.call = call
        visit, answer, service = application.arrive("/", {})
        return (await application.serve(visit, answer, service)).status

    def status(steps: list, *statuses: int) -> int:
        return asyncio.run(run(steps, list(statuses)))

    call = {"call": "db"}
    assert status([call, call], 200, 200) == 200
    assert status([call], 503) == 500
    assert status([call | {"status_on_error": "same"}], 503) == 503
    assert status([call | {"status_on_error": 418}], 0) == 418
    assert status([call | {"on_error": "ignore"}, call], 503, 200) == 200
    assert status([[call, [call, call]]], 200, 200, 404) == 500


# ---- what is written -----------------------------------------------------------------------------


def test_a_recording_holds_means_and_runs_where_they_differ() -> None:
    class Named:
        name = "c"

    runs = [Measured(scalars={"same": 2, "other": n}, sequence=[[0, "", 200, "-", 1, "w", n]])
            for n in (1, 3)]  # fmt: skip
    expected = expected_of(Named(), runs, {})  # type: ignore[arg-type]
    assert expected["scalars"]["same"] == {"mean": 2, "sd": 0, "min": 2, "max": 2}
    assert expected["scalars"]["other"]["runs"] == [1, 3]
    assert expected["sequence"]["same_outcomes_in_all_runs"]


def test_quantiles_are_nearest_ranks() -> None:
    spread = spread_of([5, 1, 4, 2, 3])
    assert (spread["p50"], spread["p90"], spread["min"], spread["max"]) == (3, 5, 1, 5)


def test_chunks_are_put_together() -> None:
    assert unchunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == "abcde"


def test_our_own_recordings_hold() -> None:
    done = verify(CASES, CASES.parent / "crosschecks")
    assert done.counts[3] >= 12
    assert done.holds, done.misses


def test_a_recording_of_another_world_does_not_hold(tmp_path: Path) -> None:
    source = CASES / "retry-on-503"
    for file in source.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    expected = json.loads((tmp_path / "expected.json").read_text())
    expected["scalars"]["received.orders-1"] = {"mean": 9, "min": 9, "max": 9}
    (tmp_path / "expected.json").write_text(json.dumps(expected))
    assert verify(tmp_path).misses.to_pandas()["measure"].tolist() == ["received.orders-1"]
