"""The container files: read as an engine would read them, and held to what they promise; no engine is needed."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from xinshu.doors.cli.main import COMMANDS
from xinshu.doors.cli.run import run
from xinshu.doors.cli.stream import stream
from xinshu.project.settings import Environment

ROOT = Path(__file__).resolve().parents[2]
INSTRUCTIONS = frozenset(
    [
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "RUN",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
OURS = ("portal", "worker", "stream")
SERVICE = frozenset(
    [
        "build",
        "cap_drop",
        "command",
        "depends_on",
        "environment",
        "healthcheck",
        "image",
        "init",
        "ports",
        "read_only",
        "restart",
        "secrets",
        "security_opt",
        "shm_size",
        "stop_grace_period",
        "tmpfs",
        "volumes",
    ]
)
PROBE = frozenset({"test", "interval", "timeout", "retries", "start_period", "disable"})
DURATION = re.compile(r"\d+(ms|s|m|h)")


@pytest.fixture
def lines() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile with its words, continued lines joined."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    whole = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    found = [line.split(None, 1) for line in whole.splitlines() if line.strip()]
    return [(name, words.strip()) for name, words in found]


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_the_containerfile_is_sound(lines: list[tuple[str, str]]) -> None:
    assert {name for name, _ in lines} <= INSTRUCTIONS
    stages = [words for name, words in lines if name == "FROM"]
    assert stages == ["python:3.11-slim AS build", "python:3.11-slim"]
    for name, words in lines:
        if name in {"CMD", "ENTRYPOINT", "VOLUME"}:
            assert isinstance(yaml.safe_load(words), list), words
        for source in words.split()[:-1] if name == "COPY" and "--from" not in words else []:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()


def test_what_is_installed_is_known_by_its_digest(lines: list[tuple[str, str]]) -> None:
    installs = [step for name, words in lines if name == "RUN" for step in words.split("&&") if "pip " in step]
    assert len(installs) == 4
    assert [step for step in installs if "--require-hashes" not in step and "--no-index" not in step] == []
    assert [words for _, words in lines if re.search(r"https?://(?!127\.0\.0\.1)|index-url", words)] == []
    building = (ROOT / "requirements-build.txt").read_text(encoding="utf-8")
    assert "--hash=sha256:" in building
    assert building in (ROOT / "requirements-test.txt").read_text(encoding="utf-8")


def test_nobody_is_root_and_the_process_hears_the_signal(lines: list[tuple[str, str]]) -> None:
    last = dict(lines)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", last["USER"])
    assert yaml.safe_load(last["ENTRYPOINT"]) == ["xinshu"]
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert "/healthz" in last["HEALTHCHECK"]
    assert {"XINSHU_DATA_FOLDER=/data", "XINSHU_LOG_FORMAT=json"} <= set(last["ENV"].split())


def test_the_settings_that_they_name_exist(lines: list[tuple[str, str]], compose: dict[str, Any]) -> None:
    known = {f"XINSHU_{name}".upper() for name in Environment.model_fields} | {"DATABASE_URL"}
    given = {part.partition("=")[0] for name, words in lines if name == "ENV" for part in words.split()}
    given |= {name for service in OURS for name in compose["services"][service]["environment"]}
    assert {name for name in given if name.startswith(("XINSHU_", "DATABASE"))} <= known


def test_the_compose_file_is_sound(compose: dict[str, Any]) -> None:
    assert set(compose) == {"name", "x-xinshu", "services", "secrets", "volumes"}
    assert set(compose["services"]) == {"database", *OURS}
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE, name
        assert set(service["secrets"]) <= set(compose["secrets"])
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(compose["volumes"])
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        probe = service["healthcheck"]
        assert set(probe) <= PROBE
        times = [*(probe[key] for key in ("interval", "timeout", "start_period") if key in probe)]
        assert all(DURATION.fullmatch(given) for given in [*times, service["stop_grace_period"]])


def test_the_ports_of_ours_are_of_this_machine_alone(compose: dict[str, Any]) -> None:
    assert compose["services"]["stream"]["ports"] == ["127.0.0.1:8001:8001"]
    options = {option for parameter in stream.params for option in parameter.opts}
    assert {word for word in compose["services"]["stream"]["command"] if word.startswith("--")} <= options


def test_portal_and_worker_are_ours_and_confined(compose: dict[str, Any]) -> None:
    commands = {name: compose["services"][name]["command"] for name in OURS}
    assert {words[0] for words in commands.values()} <= COMMANDS.keys()
    options = {option for parameter in run.params for option in parameter.opts}
    assert {word for word in commands["portal"] if word.startswith("--")} <= options
    for name in commands:
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "data:/data" in service["volumes"]
    assert compose["services"]["portal"]["ports"] == ["127.0.0.1:8000:8000"]
    assert compose["services"]["database"]["image"] == "postgres:18"
    assert "ports" not in compose["services"]["database"]


def test_no_secret_stands_in_them(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or name.endswith("_FILE"), name
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), name


def test_a_client_of_compose_agrees(tmp_path: Path) -> None:
    """Where there is one: it needs no engine to read the file. Elsewhere the tests above are all there is."""
    client = shutil.which("docker")
    asked = [client, "compose", "-f", str(ROOT / "compose.yaml"), "config", "--quiet"] if client else ["true"]
    if client and subprocess.run([client, "compose", "version"], capture_output=True, check=False).returncode:
        asked = ["true"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_build_says_what_it_did() -> None:
    """The script is sound as a script; it builds where an engine answers only."""
    done = subprocess.run(["bash", "-n", ROOT / ".ci" / "container"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
