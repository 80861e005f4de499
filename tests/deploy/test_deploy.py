"""The examples of deploy/ name what exists, and systemd understands its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kinkeeper.site import cli
from kinkeeper.site.adjustable import SETTINGS
from kinkeeper.site.watching import PULSE

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
KNOWN = {setting.name for setting in SETTINGS}


def value(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), flags=re.MULTILINE)


def test_there_are_the_pages_the_worker_and_the_backup() -> None:
    assert [unit.name for unit in UNITS] == [
        "kinkeeper-backup.service",
        "kinkeeper-backup.timer",
        "kinkeeper-worker.service",
        "kinkeeper.service",
    ]


@pytest.mark.asvs("13.2.2")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_that_exists(unit: Path) -> None:
    [command] = value(unit, "ExecStart")
    program, *arguments = command.split()
    assert program == "/opt/kinkeeper/.venv/bin/kinkeeper"
    assert cli.parser().parse_args(arguments).command == arguments[0]
    assert value(unit, "User") == ["kinkeeper"]
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID", "LockPersonality"):
        assert value(unit, name) == ["yes"], name
    assert value(unit, "CapabilityBoundingSet") == [""]


def test_settings_that_are_named_exist() -> None:
    named = {name for path in DEPLOY.iterdir() for name in re.findall(r"\bKINKEEPER_[A-Z_]+\b", path.read_text())}
    assert "KINKEEPER_DATA" in named
    assert named <= KNOWN


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_it(unit: Path, tmp_path: Path) -> None:
    """Verified with a program that exists here; everything else is as it is shipped."""
    for each in UNITS:
        (tmp_path / each.name).write_text(each.read_text().replace("/opt/kinkeeper/.venv/bin/kinkeeper", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False
    )
    about_us = [line for line in done.stderr.splitlines() if "kinkeeper" in line]
    assert (done.returncode, about_us) == (0, []), done.stderr


@pytest.mark.asvs("13.2.2")
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_systemd_finds_little_exposed(unit: Path) -> None:
    """`systemd-analyze security` gives 9.6 to an unhardened unit; 2.0 is “OK”."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr


def test_the_containerfile_names_what_exists() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (.*) \S+$", text, flags=re.MULTILINE) for word in line.split()]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    for module in re.findall(r"-m (tools\.\w+)", text):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
    assert re.search(r"^USER kinkeeper$", text, flags=re.MULTILINE)
    [command] = re.findall(r"^CMD \[(.*)\]$", text, flags=re.MULTILINE)
    assert cli.parser().parse_args(re.findall(r'"([^"]+)"', command)).command == "serve"
    assert re.findall(r"http://127.0.0.1:8000(/[a-z/]+)", text) == ["/health/ready"]
    assert "/health/ready" in PULSE


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_web_server_in_front_hides_the_figures_and_passes_the_size_of_a_document(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert "/metrics" in text
    assert "127.0.0.1:8000" in text
    [size] = re.findall(r"(?:max_size|client_max_body_size) (\d+)", text)
    assert int(size) > 20


@pytest.mark.asvs("4.1.3", "12.1.1")
def test_nginx_speaks_tls_of_today_and_says_itself_who_asks() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert re.findall(r"ssl_protocols (.*);", text) == ["TLSv1.2 TLSv1.3"]
    assert "return 301 https://" in text
    assert re.findall(r"proxy_set_header X-Forwarded-(\w+) (\S+);", text) == [
        ("For", "$remote_addr"),
        ("Proto", "https"),
    ]
    assert "autoindex" not in text


@pytest.mark.asvs("13.2.4", "13.2.5")
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_talks_to_this_machine_alone(unit: Path) -> None:
    assert value(unit, "IPAddressDeny") == ["any"]
    assert set(value(unit, "IPAddressAllow")) <= {"localhost"}
