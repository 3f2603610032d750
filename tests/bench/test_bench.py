"""The benchmark, proved without homeserver: what it reads and says, that it fails on a loss and ends what it began.

Needs Mosquitto for whole runs; a scripted load takes the place of the real one, which is not a part of this project.
One test drives the real one, where it is (HOMESERVER_LOAD).
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiomqtt
import psutil
import pytest

from tests.bench import micro, micro_home
from tests.bench.__main__ import DEFAULT_LOAD
from tests.bench.course import Course, find_mosquitto
from tests.bench.engines import ENGINES, Engine, Ground
from tests.bench.figures import Row, medians, parse, parse_all, recorded
from tests.bench.profiler import own_times
from tests.bench.programs import ROOT, ProgramError, running, wait_for_port
from tests.bench.report import report
from tests.bench.scenarios import SCENARIOS, Scenario, Size
from tests.ports import free_port

LOAD = Path(os.environ.get("HOMESERVER_LOAD") or DEFAULT_LOAD)
needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="needs mosquitto: sudo apt-get install mosquitto")
needs_load = pytest.mark.skipif(not (LOAD / "load.py").exists(), reason="needs the load's folder in HOMESERVER_LOAD")


def line(label: str, test: str, **figures: Any) -> str:
    return json.dumps({"label": label, "test": test, **figures})


def row(engine: str, measure: str, origin: str = "", **figures: Any) -> Row:
    return Row(engine, "w1", measure, figures, origin)


# -- what is read


@pytest.mark.parametrize(
    ("label", "test", "measure"),
    [
        ("homeserver-w1", "latency", "latency"),
        ("homeserver-w1", "flood", "flood"),
        ("hass-w3-inflight1", "flood", "single"),
        ("nodered-w4-chatter9", "flood", "chatter"),
        ("hass-w3-firststart", "ready", "first_start"),
        ("null-w3-restart", "ready", "restart"),
    ],
)
def test_a_label_says_engine_scenario_and_measurement(label: str, test: str, measure: str) -> None:
    read = parse(line(label, test, p50_ms=1.5))
    assert read is not None
    assert [read.engine, read.scenario, read.measure] == [*label.split("-")[:2], measure]
    assert read.figures["p50_ms"] == 1.5


def test_lines_that_measure_nothing_are_passed_over() -> None:
    text = "\n".join(["# 3 lines", "", line("hass-w1", "announce", entities=200), line("hass-w1", "flood", lost=0)])
    assert [read.measure for read in parse_all(text)] == ["flood"]


def test_of_several_recordings_the_last_by_name_counts(tmp_path: Path) -> None:
    (tmp_path / "pass1.jsonl").write_text(
        line("hass-w1", "latency", p50_ms=9) + "\n" + line("hass-w1", "flood", lost=1)
    )
    (tmp_path / "pass2.jsonl").write_text(line("hass-w1", "latency", p50_ms=2))
    found = {read.measure: (read.figures, read.origin) for read in recorded(tmp_path)}
    assert found["latency"][0]["p50_ms"] == 2
    assert (found["latency"][1], found["flood"][1]) == ("pass2.jsonl", "pass1.jsonl")


def test_repeated_runs_give_medians_but_a_loss_is_never_averaged_away() -> None:
    runs = [
        row("homeserver", "flood", commands_per_s=rate, lost=lost) for rate, lost in ((10.0, 0), (50.0, 0), (20.0, 3))
    ]
    (middle,) = medians(runs)
    assert middle.figures == {"commands_per_s": 20.0, "lost": 3}
    assert middle.faults == ["3 lost"]


# -- what is said

ROWS = [
    row("homeserver", "latency", p50_ms=0.66, max_ms=5.0, changes=500, rate=50, others_cpu_s=1.0),
    row("homeserver", "flood", commands_per_s=8000.0, wall_s=10, others_cpu_s=0.0),
    row("aiomqtt", "latency", p50_ms=0.5, max_ms=4.0, changes=500, rate=50, others_cpu_s=0.0),
    row("hass", "flood", "hass.jsonl", commands_per_s=1000.0, wall_s=10, others_cpu_s=0.0),
    row("hass", "latency", "hass.jsonl", p50_ms=1.76, max_ms=200.0, changes=500, rate=50, others_cpu_s=0.0),
]


def test_homeserver_stands_beside_each_of_the_others() -> None:
    said = report(ROWS)
    beside = said.split("homeserver beside ")[1:]
    assert [part.split(" (")[0] for part in beside] == ["null responder, aiomqtt", "Home Assistant"]
    assert "+0.16 ms, 1.32 times" in beside[0]
    assert "recorded elsewhere, on another day: hass.jsonl" in beside[1]
    assert "8.00 times" in beside[1]


def test_a_platform_measured_in_the_same_run_takes_the_place_of_its_recording() -> None:
    said = report([*ROWS, row("hass", "flood", commands_per_s=500.0, wall_s=10, others_cpu_s=0.0)])
    assert "(recorded)" not in said
    assert "16.00 times" in said


def test_losses_stand_in_the_table() -> None:
    said = report([row("homeserver", "flood", commands_per_s=1.0, wall_s=1, others_cpu_s=0, lost=2, wrong=0, stray=1)])
    assert "flood: 2 lost; flood: 1 stray" in said


def test_a_busy_machine_is_told_of() -> None:
    busy = row("homeserver", "flood", commands_per_s=1.0, wall_s=10, others_cpu_s=12.0)
    assert "Other work took up to 120 % of a processor" in report([busy])
    assert "Other work" not in report([row("homeserver", "flood", wall_s=10, others_cpu_s=0.1)])


def test_own_time_belongs_to_the_innermost_function() -> None:
    said = own_times("main (a.py:1);read (b.py:5) 30\nmain (a.py:2);read (b.py:9) 10\nmain (a.py:3) 60\n").split(
        "with callees"
    )
    assert "60.0 %  main (a.py)\n  40.0 %  read (b.py)" in said[0]
    assert "100.0 %  main (a.py)" in said[1]
    assert own_times("main (a.py:1) 1\nrun (b.py:1);_worker (concurrent/futures/thread.py:81) 9\n").startswith(
        "1 samples"
    )


def test_micro_figures_are_ratios_to_their_reference() -> None:
    said = micro.report([micro.Cost("a long step", 3.0, 4.0), micro.Cost("step", 9.0, 3.0)])
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in said.splitlines()[2:4]]
    assert rows == [["a long step", "3.00", "0.75"], ["step", "9.00", "3.00"]]


async def test_the_small_home_answers_every_change_with_a_command() -> None:
    for step in micro_home.STEPS:
        assert await micro_home.measure(step) > 0  # fails where a command is missing


# -- whole runs

SCRIPTED = """\
import json, sys, time
arguments = sys.argv[1:]
if {hang} and arguments[0] == "latency":
    time.sleep(300)
label = arguments[arguments.index("--label") + 1] if "--label" in arguments else ""
print(json.dumps({{"label": label, "test": arguments[0], "missing": 0, "first_answer_s": 0.1, "all_answered_s": 0.2,
    "p50_ms": 1.0, "max_ms": 2.0, "commands_per_s": 100.0, "lost": {lost}, "wrong": 0, "stray": 0, "changes": 100,
    "rate": 50, "wall_s": 2, "others_cpu_s": 0.0, "sut_rss_mib": 10.0}}))
"""


def bench(load: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench", "--only", "w1", "--engine", "aiomqtt", "--quick", *options]
    variables = {**os.environ, "HOMESERVER_LOAD": str(load)}
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)


def test_without_the_load_it_says_what_it_could_not_do(tmp_path: Path) -> None:
    run = bench(tmp_path)
    said, _ = run.communicate(timeout=50)
    assert run.returncode == 0
    assert (
        f"Not measured: start-up, latency, commands/s, memory; the load is not there: no load.py in {tmp_path}" in said
    )


@needs_mosquitto
@pytest.mark.parametrize(("lost", "code"), [(0, 0), (3, 1)])
def test_a_run_fails_when_a_command_was_lost(tmp_path: Path, lost: int, code: int) -> None:
    (tmp_path / "load.py").write_text(SCRIPTED.format(lost=lost, hang=False))
    run = bench(tmp_path, "--json", str(tmp_path / "rows.json"))
    said, _ = run.communicate(timeout=50)
    assert run.returncode == code
    assert ("FAILED w1, aiomqtt, restart: 3 lost" in said) == bool(lost)
    written = json.loads((tmp_path / "rows.json").read_text())
    assert {each["measure"] for each in written["runs"]} == (
        {"restart"} if lost else {"restart", "latency", "flood", "single"}
    )


@needs_mosquitto
def test_ctrl_c_ends_all_that_was_started(tmp_path: Path) -> None:
    (tmp_path / "load.py").write_text(SCRIPTED.format(lost=0, hang=True))
    run = bench(tmp_path)
    started: list[psutil.Process] = []
    deadline = time.monotonic() + 30
    while len(started) < 3 and time.monotonic() < deadline:  # the broker, the responder, and the load that hangs
        time.sleep(0.1)
        started = [child for child in psutil.Process(run.pid).children() if "ready" not in child.cmdline()]
        started = started if any("latency" in child.cmdline() for child in started) else []
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=20)
    assert (len(started), run.returncode) == (3, 130)
    assert "Ended early" in said
    assert not [child for child in started if child.is_running()]


@needs_mosquitto
@pytest.mark.parametrize(
    ("kind", "topic", "said", "answers"),
    [
        ("bool", "bench/s/00007/state", ["ON", "OFF"], ["ON", "OFF"]),
        ("numeric", "bench/t/00007/state", [30, 31, 20, 9, 3, 30], ["ON", "OFF", "ON"]),
    ],
)
async def test_the_null_responder_answers_as_the_rules_would(
    tmp_path: Path, kind: str, topic: str, said: list[Any], answers: list[str]
) -> None:
    ground = Ground(free_port(), Scenario("one", kind, 1, ""), tmp_path, tmp_path)
    broker = Course(tmp_path, Size())._broker(ground.port, tmp_path)
    with broker, running(ENGINES["aiomqtt"].argv(ground), tmp_path / "log"):
        async with aiomqtt.Client("127.0.0.1", ground.port) as client:
            await client.subscribe("bench/l/+/set")
            heard = await _first_answer(client, topic, said)
            for value in said[1:]:
                await client.publish(topic, _payload(value))
            while len(heard) < len(answers):
                heard.append(await anext(client.messages))
    assert [(str(each.topic), each.payload) for each in heard] == [
        ("bench/l/00007/set", word.encode()) for word in answers
    ]


def _payload(value: Any) -> str:
    return json.dumps({"temperature": value}) if isinstance(value, int) else value


async def _first_answer(client: aiomqtt.Client, topic: str, said: list[Any]) -> list[aiomqtt.Message]:
    """Retained, because the responder may not have subscribed yet."""
    await client.publish(topic, _payload(said[0]), retain=True)
    return [await anext(client.messages)]


FORGETFUL = """\
import socket, sys
sys.argv[1:] = ["127.0.0.1", sys.argv[1]]
send, count = socket.socket.sendall, 0
class Forgetful(socket.socket):
    def sendall(self, data):
        global count
        count += 1
        if count % 40:
            send(self, data)
socket.socket = Forgetful
exec(open({null!r}).read())
"""


@needs_load
@needs_mosquitto
def test_the_real_load_finds_out_an_engine_that_forgets(tmp_path: Path) -> None:
    script = tmp_path / "forgetful.py"
    script.write_text(FORGETFUL.format(null=str(LOAD / "null_engine.py")))
    forgetful = Engine("forgetful", "forgetful", lambda ground: [sys.executable, str(script), str(ground.port)])
    course = Course(LOAD, Size(latency=100, flood=100, patience=0))
    with contextlib.closing(course.run(forgetful, SCENARIOS["w1"])) as rows:
        found = next(each for each in rows if each.faults)
    assert any("lost" in fault for fault in found.faults)


@needs_mosquitto
def test_a_program_that_listens_nowhere_is_told_of_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    unlucky = running([sys.executable, "-c", "raise SystemExit('no luck today')"], log)
    with unlucky as program, pytest.raises(ProgramError, match="no luck today"):
        wait_for_port(free_port(), program, log)
