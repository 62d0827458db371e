"""`make setup`: what it asks for, what it leaves behind, and that it mends what an interrupted one left."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(bootstrap.__file__).parent


@pytest.mark.parametrize("package", ["tensorflow", "great_expectations", "scrapy"])
def test_every_module_has_its_byte_code(package):
    """uv compiles what the same call installs and nothing else; without, TensorFlow takes three times as long to import."""
    modules = list(Path(find_spec(package).origin).parent.rglob("*.py"))
    assert len(modules) > 100
    assert [str(path) for path in modules if not Path(cache_from_source(str(path))).exists()] == []


def test_what_is_missing_is_named_with_its_debian_package(tmp_path):
    done = subprocess.run([sys.executable, str(ROOT / "bootstrap.py")], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == ("setup: install these first: Java 17 or newer (apt install openjdk-17-jre-headless); a C++ compiler (apt install g++); "
                           "make (apt install make); cmake (apt install cmake).\n")


def test_a_java_that_is_too_old_counts_as_missing(tmp_path, monkeypatch):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert bootstrap.java_version() == 11
    with pytest.raises(SystemExit, match="Java 17 or newer"):
        bootstrap.check_tools()


@pytest.mark.medium
def test_an_environment_without_pip_is_made_anew(tmp_path, monkeypatch):
    """As an interrupted set-up leaves it, or one before python3.11-venv was installed."""
    def installs(*command: object, **_: str) -> None:
        assert Path(str(command[0])).exists(), command
        raise InterruptedError

    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "run", installs)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    with pytest.raises(InterruptedError):
        bootstrap.create_environment()


def test_a_second_set_up_is_quick(tmp_path):
    for name in ("requirements.lock", "pyproject.toml", "bootstrap.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "setup.stamp").write_text(bootstrap.inputs())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "bootstrap.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
    assert [path.name for path in (tmp_path / ".venv").iterdir()] == ["setup.stamp"]


def test_no_tracked_file_names_a_registry():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    address = re.compile(rb"https?://[\w.:-]*(pypi|pythonhosted|maven|conda|npmjs)|^\s*(-i|--(extra-)?index-url)\b", re.M)
    tracked = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    assert len(tracked) > 100
    assert [str(path) for path in tracked if address.search(path.read_bytes())] == []


def test_make_alone_lists_its_verbs():
    apart = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}      # this may be run by make itself
    said = subprocess.run(["make"], cwd=ROOT, env=apart, capture_output=True, text=True, check=True).stdout
    verbs = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M).group(1).split()
    assert {"setup", "run", "test", "test-fast"} <= set(verbs)
    assert sorted(re.match(r"  make (\S+) +\S", line).group(1) for line in said.splitlines()) == sorted(verbs)
