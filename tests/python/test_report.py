"""The report: one file, no request, no script, every name escaped."""

import dataclasses
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fake_record import WORKLOADS, empty_record, fake_record
from meshsim.record import RunRecord, merged
from meshsim.report import picture_names, report_html
from meshsim.report_markdown import markdown

EVIL = "<script>alert('x')</script>"
VERDICTS = (
    {"text": "p99 ≤ 800ms", "metric": "p99", "of": "", "value": 221.9, "unit": "ms", "ok": True,
     "value_text": "222 ms"},
    {"text": f"error_rate of {EVIL} ≤ 1%", "metric": "error_rate", "of": EVIL, "value": 0.04,
     "unit": "", "ok": False, "value_text": "4 %"},
)  # fmt: skip
DIAGNOSTIC = {
    "severity": "warning", "code": "MS0301", "file": f"{EVIL}.yaml", "line": 3, "column": 5,
    "path": "VirtualService/reviews", "what": f"{EVIL} is not simulated yet", "hint": "remove it",
}  # fmt: skip


def evil_record() -> RunRecord:
    names = [w.replace("reviews-v3", EVIL) for w in WORKLOADS]
    record = fake_record(seconds=30, workloads=names)
    record.context = dataclasses.replace(
        record.context,
        thresholds=VERDICTS,
        diagnostics=(DIAGNOSTIC,),
        effective_yaml=f"name: {EVIL}\n",
        resources_yaml="</pre></details><img src=http://example.com/x>\n",
    )
    return record


class Page(HTMLParser):
    """Tags, attributes and texts of a page; complains about tags that do not match."""

    VOID = frozenset({"meta", "br", "img", "link", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(report_html(evil_record()))


def test_the_page_runs_no_script_and_asks_nobody(page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "iframe", "link", "img", "object", "embed", "form"}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "xlink:href", "src"):
                assert (value or "").startswith(("#", "data:")), (tag, value)
    policies = [a["content"] for t, a in page.tags if t == "meta" and "content" in a]
    assert any("default-src 'none'" in (p or "") for p in policies)


def test_styles_fetch_nothing() -> None:
    text = report_html(evil_record())
    assert "@import" not in text
    assert set(re.findall(r"url\(([^)]{1,5})", text)) <= {"#" + x for x in ()} | {
        m for m in re.findall(r"url\(([^)]{1,5})", text) if m.startswith("#")
    }


def test_an_evil_name_is_shown_and_does_nothing(page: Page) -> None:
    text = report_html(evil_record())
    assert "<script" not in text
    assert "<img" not in text
    assert page.text.count(EVIL) >= 4


def test_the_page_tells_what_identifies_the_run(page: Page) -> None:
    record = evil_record()
    for fact in ("fake-canary", "00000000000000aa", "5f0c91ab77e2d410", record.hash, "30s"):
        assert fact in page.text
    for section in ("facts", "verdict", "users", "hops", "events", "diagnostics", "yaml"):
        assert ("section", {"id": section}) in page.tags
    assert "1 of 2 failed" in page.text
    assert "FAILED" in page.text
    assert "MS0301" in page.text
    assert "slow reviews-v3 x4" in page.text


def test_ids_of_pictures_do_not_meet() -> None:
    ids = re.findall(r'\bid="([^"]+)"', report_html(evil_record()))
    drawn = [i for i in ids if not re.match(r"(figure|axes|patch|line|text|legend|xtick|ytick|"
                                            r"matplotlib|Poly|Line|Quad|Path|fault|change|hop|"
                                            r"ejected|warmup|Collection|Fill)", i)]  # fmt: skip
    assert len(drawn) == len(set(drawn))


def test_every_picture_is_well_formed() -> None:
    pictures = re.findall(r"<figure>(<svg.*?</svg>)", report_html(evil_record()), re.DOTALL)
    assert len(pictures) == len(picture_names(evil_record())) == 11
    for picture in pictures:
        assert ET.fromstring(picture).tag.endswith("svg")


def test_an_empty_run_has_a_report(tmp_path: Path) -> None:
    path = empty_record().report(tmp_path / "deep" / "report.html")
    page = Page(path.read_text("utf-8"))
    assert "Nothing was recorded." in page.text
    assert "no thresholds" in page.text


def test_the_same_run_has_the_same_report() -> None:
    assert report_html(fake_record()) == report_html(fake_record())


def test_markdown_has_the_same_verdicts_and_no_html() -> None:
    text = markdown(evil_record())
    assert "## fake-canary" in text
    assert "| p99 ≤ 800ms | 222 ms | met |" in text
    assert "**FAILED**" in text
    assert "<script" not in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| productpage")}
    assert len(widths) == 1
    assert "**Ended early: interrupt **" in markdown(empty_record(ended_by="interrupt"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium on this machine")
def test_a_browser_opens_the_report_without_a_complaint(tmp_path: Path) -> None:
    path = evil_record().report(tmp_path / "report.html")
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
         f"--user-data-dir={tmp_path}/profile", "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert ":CONSOLE" not in done.stderr
    assert done.stdout.count("<svg") == 11
    assert "<script" not in done.stdout


def test_the_page_shows_the_pictures_that_have_something_to_say() -> None:
    names = picture_names(fake_record())
    assert {"goodput", "waiting", "utilisation"} <= set(names)
    assert "replicas" not in names  # nothing scales
    plain = picture_names(empty_record())
    assert plain == ["throughput", "latency", "failures", "queues", "hosts", "topology"]


def test_replications_are_a_table_of_intervals() -> None:
    from meshsim.examples import tiny

    runs = tiny().compile().replicate(replications=3, until="3s")
    page = Page(report_html(merged(runs)))
    assert "95 % interval" in page.text
    assert "± " in page.text
    assert "95 % interval" not in report_html(runs[0])
