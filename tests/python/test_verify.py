"""`meshsim verify`: rows, verdicts, exit codes, broken folders, the recordings beside the tree."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import meshsim as ms
import pytest
from cli_tools import RESULTS, meshsim
from meshsim.cli.verify_text import verify_text
from recordings import CASE, EXPECTED, shared_recordings, write_case

BROKEN = {
    "no expected.json": ("expected.json", None),
    "no istio.yaml": ("istio.yaml", None),
    "no case.yaml": ("case.yaml", None),
    "broken YAML": ("case.yaml", CASE.replace("load:", "load: [")),
    "a wrong type": ("case.yaml", CASE.replace("repeat: 2", "repeat: [many]")),
    "a nonsense number": ("case.yaml", CASE.replace("rate: 10", "rate: -1e400")),
    "missing arrivals": ("case.yaml", CASE.replace("  phases:", "  arrivals: a.csv\n  phases:")),
    "binary YAML": ("case.yaml", "\0\x01\x02\udcff"),
    "binary JSON": ("expected.json", "\0\x01\x02\udcff"),
    "a list for an object": ("expected.json", "[1, 2]"),
    "an empty file": ("case.yaml", ""),
}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Two cases: one holds, of the other two of three rows."""
    write_case(tmp_path / "retry-good")
    more = "- {measure: outcome.503, kind: exact}\n- {measure: requests, kind: exact}\n"
    expected = json.loads(json.dumps(EXPECTED))
    expected["scalars"]["outcome.503"] = {"mean": 3.5, "sd": 0.7, "min": 3, "max": 4}
    write_case(tmp_path / "timeout-poor", case=CASE + more, expected=expected)
    return tmp_path


def rows_of(*args: object, code: int = 0) -> Any:
    result = meshsim("verify", *args, "--json")
    assert result.exit_code == code, result.output
    answer = json.loads(result.stdout)
    import jsonschema

    jsonschema.validate(answer, RESULTS)
    return answer


def test_one_line_a_row_and_the_verdict_last(cases: Path) -> None:
    result = meshsim("verify", cases)
    assert result.exit_code == 99
    lines = result.stdout.splitlines()
    assert lines[-1] == "3 of 4 rows, 1 of 2 cases"
    (miss,) = [line for line in lines if "MISS" in line]
    assert miss.split() == [
        "timeout-poor", "outcome.503", "exact", "0", "3.5", "±", "0.7", "3", "…", "4", "-3.5",
        "exact", "MISS",
    ]  # fmt: skip
    assert sum("holds" in line for line in lines) == 3
    assert {line for line in lines if line in ("retry", "timeout")} == {"retry", "timeout"}
    assert meshsim("verify", cases / "retry-good").exit_code == 0


def test_columns_are_aligned(cases: Path) -> None:
    lines = meshsim("verify", cases).stdout.splitlines()
    for family in ("retry", "timeout"):
        head = lines.index(family) + 1
        end = lines[head].index("verdict")
        rows = [line for line in lines[head + 1 :] if f"{family}-" in line]
        assert rows
        for row in rows:
            assert row[end:].split()[0] in ("holds", "MISS")


def test_misses_leaves_out_what_holds(cases: Path) -> None:
    text = meshsim("verify", cases, "--misses").stdout
    assert "retry-good" not in text
    assert "MISS" in text
    assert " holds" not in text
    assert text.splitlines()[-1] == "3 of 4 rows, 1 of 2 cases"


def test_a_narrow_terminal_has_the_case_above_its_rows(cases: Path) -> None:
    done = ms.verify(cases)
    wide = verify_text(done, width=200, color=False)
    narrow = verify_text(done, width=60, color=False)
    assert max(map(len, narrow.splitlines())) < max(map(len, wide.splitlines()))
    assert "\n  timeout-poor\n" in narrow
    assert "\x1b[" not in narrow
    marked = verify_text(done, color=True).splitlines()
    assert next(line for line in marked if "MISS" in line).startswith("\x1b[31m")


def test_json_is_rows_and_nothing_else(cases: Path) -> None:
    answer = rows_of(cases, code=99)
    assert list(answer) == ["rows"]
    assert answer["rows"][0] == {
        "case": "retry-good", "measure": "outcome.200", "kind": "exact", "ours": [10, 10],
        "holds": True,
    }  # fmt: skip
    assert [row["holds"] for row in answer["rows"]] == [True, True, False, True]


def test_all_adds_everything_in_the_form_of_expected_json(cases: Path) -> None:
    answer = rows_of(cases / "retry-good", "--all")
    assert list(answer) == ["rows", "scalars", "series"]
    scalars = answer["scalars"]["retry-good"]
    assert scalars["outcome.200"] == {"mean": 10, "sd": 0, "min": 10, "max": 10, "runs": [10, 10]}
    assert {"requests", "received.web", "latency_ms.all.p99", "host.web"} <= set(scalars)
    assert answer["series"]["retry-good"]["200"] == {"mean": [10], "min": [10], "max": [10]}
    assert meshsim("verify", cases, "--all").exit_code == 2


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_case_is_65_names_its_file_and_stops_nobody(broken: str, cases: Path) -> None:
    file, text = BROKEN[broken]
    bad = cases / "aa-bad"
    write_case(bad)
    if text is None:
        (bad / file).unlink()
    else:
        (bad / file).write_text(text, errors="surrogateescape")
    result = meshsim("verify", cases)
    assert result.exit_code == 65, result.output
    assert "aa-bad" in result.stderr
    assert "error [MS" in result.stderr
    assert (file if "arrivals" not in broken else "a.csv") in result.stderr
    assert "aa-bad" in result.stdout
    assert "cannot be run" in result.stdout
    assert result.stdout.splitlines()[-1] == "3 of 4 rows, 1 of 3 cases"
    assert len(rows_of(cases, code=65)["rows"]) == 4


def test_folders_without_cases_are_65(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "absent", tmp_path / "file"):
        result = meshsim("verify", folder)
        assert result.exit_code == 65, result.output
        assert str(folder) in result.stderr
        assert result.stdout.splitlines()[-1] == "0 of 0 rows, 0 of 1 cases"
        assert rows_of(folder, code=65) == {"rows": []}
    assert meshsim("verify").exit_code == 2


def test_the_place_in_a_file_is_shown_with_its_line(cases: Path) -> None:
    path = cases / "retry-good" / "case.yaml"
    path.write_text(CASE.replace("repeat: 2", "repeats: 2"))
    result = meshsim("verify", cases)
    assert f"{path}:3:1: error" in result.stderr
    assert "did you mean repeat?" in result.stderr
    assert "repeats: 2" in result.stderr


def test_from_python(cases: Path) -> None:
    done = ms.verify(cases / "timeout-poor", cases / "retry-good", cases / "absent")
    assert [case.name for case in done.cases] == ["timeout-poor", "retry-good", "absent"]
    assert repr(done) == "<Verification: 3 of 4 rows, 1 of 3 cases>"
    assert not done.holds
    assert [case.name for case in done.broken] == ["absent"]
    assert done.broken[0].diagnostics[0].severity == "error"
    poor = done.cases[0]
    assert (poor.family, poor.title, poor.holds, poor.finished) == ("timeout", "t", False, True)
    assert poor.recorded["outcome.503"] == (3.5, 0.7, 3, 4)
    assert list(done.misses["measure"]) == ["outcome.503"]
    assert done.misses["difference"].tolist() == [-3.5]
    assert done.rows.to_pandas().shape == (4, 12)
    assert "outcome.503" in done._repr_html_()
    with pytest.raises(TypeError):
        ms.verify()
    with pytest.raises(ValueError, match="threads"):
        ms.verify(cases, threads=-1)


def test_progress_is_told_and_may_stop(cases: Path) -> None:
    for name in range(6):
        shutil.copytree(cases / "retry-good", cases / f"case-{name}")
        load = CASE.replace("rate: 10, duration: 1s", "rate: 20000, duration: 60s")
        (cases / f"case-{name}" / "case.yaml").write_text(load)
    told: list[float] = []

    def stop(share: float, done: int) -> bool:
        told.append(share)
        return False

    done = ms.verify(cases, threads=1, progress=stop)
    assert told
    assert all(0 <= share <= 1 for share in told)
    assert not all(case.finished for case in done.cases)
    assert not done.holds
    assert not done.broken


def test_ctrl_c_is_130_and_keeps_what_was_finished(cases: Path) -> None:
    load = CASE.replace("rate: 10, duration: 1s", "rate: 20000, duration: 200s")
    write_case(cases / "zz-long", case=load.replace("repeat: 2", "repeat: 100"))
    child = subprocess.Popen(
        [sys.executable, "-c", "from meshsim.cli import main; main()", "verify", str(cases)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    time.sleep(2.5)
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "interrupted" in stderr
    assert stdout.splitlines()[-1] == "3 of 4 rows, 1 of 3 cases"
    assert "not finished" in stdout


def test_the_recordings_beside_the_tree_keep_their_rows() -> None:
    folder = shared_recordings()
    one, two = ms.verify(folder, threads=1), ms.verify(folder, threads=2)
    assert one.to_dict() == two.to_dict()
    assert not one.broken
    assert [case.name for case in one.cases] == sorted(case.name for case in one.cases)
    assert one.counts[3] > 100
    assert one.counts[2] >= one.counts[3] - 10
