"""The house rules, read off the source: who imports whom, where IO happens, what jobs may not call, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lakehouse", "crawlers", "spark_jobs", "expectations", "training", "release", "sample_shops", "airflow_dags")
LINES_MAX, LINES_MAX_OF_TESTS = 450, 600
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Dotted names of everything called, as written, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node.lineno


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def attributes(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """(what it is taken from, attribute, line) of every attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield dotted(node.value), node.attr, node.lineno


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", node.lineno


def offences(where: list[Path], find) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{line}: {what}" for path in where for what, line in find(parsed(path))]


def test_packages_meet_at_tables_only():
    done = subprocess.run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_spark_reads_and_writes_in_one_place():
    def io(tree):
        for source, name, line in attributes(tree):
            if name in ("read", "readStream") and source.split(".")[-1] in ("spark", "session") and source != "spark":
                yield f"{source}.{name}", line
            if name in ("write", "writeTo", "writeStream", "saveAsTable", "insertInto", "mergeInto"):
                opened = {dotted(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                          and node.func.value and node.lineno == line}
                if name != "write" or not any(call.endswith(".write") for call in opened):      # file.write(...) is a call, frame.write is none
                    yield f"{source}.{name}", line

    assert offences([path for path in MODULES if path != ROOT / "lakehouse" / "spark.py"], io) == []


def test_delta_rs_is_called_in_one_place():
    def imports(tree):
        return [(name, line) for name, line in imported(tree) if name.partition(".")[0] == "deltalake"]

    # The Scrapy exporter is for projects without this lakehouse (docs/decisions/0205).
    places = {ROOT / "lakehouse" / "arrow.py", ROOT / "crawlers" / "exporters" / "sink.py"}
    assert offences([path for path in MODULES if path not in places], imports) == []


def test_jobs_have_no_session_no_clock_and_no_dice():
    """Spark Connect lacks contexts and RDDs; a transform that asks for the time or draws lots gives another result when run again."""
    never = {"sparkContext", "rdd", "_jvm", "_jdf", "_jsparkSession"}
    calls = {"F.rand", "F.randn", "F.uuid", "F.now", "F.current_timestamp", "F.current_date", "F.monotonically_increasing_id", "F.shuffle",
             "datetime.now", "datetime.utcnow", "time.time", "random.random", "random.choice", "random.shuffle", "random.sample", "uuid.uuid4",
             "spark.session", "SparkSession.builder.getOrCreate", "np.random.rand", "np.random.random"}

    def banned(tree):
        yield from ((f"{source}.{name}", line) for source, name, line in attributes(tree) if name in never)
        yield from ((name, line) for name, line in called(tree) if name in calls or name.endswith("SparkSession.builder.getOrCreate"))

    # A program around a job (a command, an evaluation) may open the session; what a job is made of may not.
    jobs = [path for path in (ROOT / "spark_jobs").rglob("*.py") if not (path.stem == "commands" or path.stem.endswith("_command"))]
    assert offences(jobs, banned) == []


def test_no_module_is_called_what_nothing_is():
    assert [str(path.relative_to(ROOT)) for path in MODULES if path.stem in BANNED_NAMES] == []


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "benchmarks"])
def test_files_are_of_a_length_that_a_person_reads(folder):
    long = {str(path.relative_to(ROOT)): lines for path in (ROOT / folder).rglob("*.py")
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > (LINES_MAX_OF_TESTS if folder == "tests" else LINES_MAX)}
    assert long == {}


def test_every_module_says_what_it_is():
    undocumented = [str(path.relative_to(ROOT)) for path in MODULES if parsed(path).body and not ast.get_docstring(parsed(path))]
    assert undocumented == []


def test_heavy_libraries_are_imported_where_they_are_used():
    """`mep3m` lists its commands, and a DAG file is read, without them: at a module's top only where the module is of their kind."""
    heavy = {"tensorflow", "keras", "mlflow", "great_expectations", "pyspark", "horovod"}
    of_their_kind = {"expectations": {"great_expectations"}, "training": {"tensorflow", "keras", "mlflow", "horovod"}}

    def at_the_top(path: Path) -> Iterator[tuple[str, int]]:
        allowed = of_their_kind.get(path.relative_to(ROOT).parts[0], set())
        for node in parsed(path).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from ((name, line) for name, line in imported(node) if name.partition(".")[0] in heavy - allowed)

    found = [f"{path.relative_to(ROOT)}:{line}: {name}" for path in MODULES for name, line in at_the_top(path)]
    assert found == []
