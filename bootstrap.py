"""make setup: a virtual environment from requirements.lock, Horovod built for it, the Delta JARs beside Spark's own.

Runs on a bare Python 3.11 and needs Java 17+, a C++ compiler, make and cmake. Safe to repeat: a stamp of the inputs makes
the second run a matter of milliseconds. Horovod's wheel is kept in ~/.cache/mep3m, since its build takes two minutes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "setup.stamp"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mep3m"
DELTA = "io.delta:delta-spark_4.1_2.13:4.4.0"
# Spark ships these itself; a second copy on the class path is how a session dies.
SHIPPED_WITH_SPARK = (
    "org.apache.hadoop:hadoop-client-api,org.apache.hadoop:hadoop-client-runtime,org.apache.logging.log4j:log4j-api,"
    "org.apache.logging.log4j:log4j-core,org.apache.logging.log4j:log4j-slf4j2-impl,org.slf4j:slf4j-api,"
    "com.fasterxml.jackson.core:jackson-databind,com.fasterxml.jackson.core:jackson-core,"
    "com.fasterxml.jackson.core:jackson-annotations,com.fasterxml.jackson.datatype:jackson-datatype-jsr310"
)


def fail(message: str) -> None:
    sys.exit(f"setup: {message}")


def java_version() -> int:
    """The major version of the `java` that Spark would start, 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else "java"
    try:
        text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', text)
    return int(found.group(1)) if found else 0


def check_tools() -> None:
    missing = []
    if sys.version_info[:2] != (3, 11):
        missing.append("Python 3.11 (apt install python3.11 python3.11-venv, then make PYTHON=python3.11)")
    if java_version() < 17:
        missing.append("Java 17 or newer (apt install openjdk-17-jre-headless)")
    if not any(map(shutil.which, ("c++", "g++", "clang++"))):
        missing.append("a C++ compiler (apt install g++)")
    missing += [f"{tool} (apt install {tool})" for tool in ("make", "cmake") if not shutil.which(tool)]
    if missing:
        fail("install these first: " + "; ".join(missing) + ".")


def run(*command: object, **more_environment: str) -> None:
    environment = {**os.environ, **more_environment}
    log = VENV / "setup.log"
    with log.open("a") as out:
        done = subprocess.run([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=ROOT, check=False)
    if done.returncode:
        tail = [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-15:]
        print("\n".join(tail), file=sys.stderr)
        fail(f"`{Path(str(command[0])).name} {command[1]}` ended with {done.returncode}; the whole log is {log.relative_to(ROOT)}. "
             "Without a network, the first set-up cannot fetch its packages.")


def locked(package: str) -> str:
    """The block of requirements.lock that pins `package` with its hashes."""
    found = re.search(rf"^{package}==.*?(?=^\S|\Z)", LOCK.read_text(), re.M | re.S)
    if not found:
        fail(f"requirements.lock pins no {package}; make it anew with `make lock`.")
    return found.group(0)


def pinned_version(package: str) -> str:
    return re.match(r"[^=]+==(\S+)", locked(package)).group(1)


def create_environment() -> None:
    if not (VENV / "bin" / "pip").exists():       # which comes last: an interrupted set-up, or one without ensurepip, leaves a Python alone
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
        if made.returncode:
            fail(f"Python cannot make a virtual environment ({made.stdout.strip().splitlines()[:1]}); apt install python3.11-venv.")
    with tempfile.TemporaryDirectory() as scratch:
        uv_only, all_but_horovod = Path(scratch, "uv.txt"), Path(scratch, "rest.txt")
        uv_only.write_text(locked("uv"))
        all_but_horovod.write_text(LOCK.read_text().replace(locked("horovod"), ""))
        if not (VENV / "bin" / "uv").exists():
            run(VENV / "bin/pip", "install", "--require-hashes", "-r", uv_only)
        print("setup: packages and their byte code, without which half of every command's start would be spent on compiling", flush=True)
        run(VENV / "bin/uv", "pip", "install", "--python", VENV / "bin/python", "--compile-bytecode", "--require-hashes", "-r", all_but_horovod)


def horovod_wheel() -> Path:
    """The cached wheel of Horovod for this TensorFlow, built if it is not there."""
    version, tensorflow = pinned_version("horovod"), pinned_version("tensorflow")
    shelf = CACHE / "wheels" / f"horovod-{version}-tensorflow-{tensorflow}-py311"
    if built := next(shelf.glob("*.whl"), None):
        return built
    print("setup: Horovod from source, about two minutes", flush=True)
    shelf.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        pin = Path(scratch, "horovod.txt")
        pin.write_text(locked("horovod"))
        run(VENV / "bin/pip", "download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--require-hashes", "-r", pin, "-d", scratch)
        with tarfile.open(next(Path(scratch).glob("horovod-*.tar.gz"))) as archive:
            archive.extractall(scratch, filter="data")
        source = next(path for path in Path(scratch).glob("horovod-*") if path.is_dir())
        cmake = source / "horovod/tensorflow/CMakeLists.txt"
        # The XLA operators use an interface that TensorFlow has since removed; nothing here calls them.
        cmake.write_text("".join(line for line in cmake.read_text().splitlines(True) if "xla_mpi_ops.cc" not in line))
        nccl = shutil.which("nvcc") is not None
        run(VENV / "bin/pip", "wheel", "--no-deps", "--no-build-isolation", "-w", scratch, source,
            HOROVOD_WITH_TENSORFLOW="1", HOROVOD_WITHOUT_PYTORCH="1", HOROVOD_WITHOUT_MXNET="1", HOROVOD_WITH_GLOO="1",
            HOROVOD_WITHOUT_MPI="1", MAKEFLAGS=f"-j{os.cpu_count()}", CMAKE_POLICY_VERSION_MINIMUM="3.5",
            PATH=f"{VENV / 'bin'}:{os.environ['PATH']}", **({"HOROVOD_GPU_OPERATIONS": "NCCL"} if nccl else {}))
        wheel = next(Path(scratch).glob("horovod-*.whl"))
        partial = shelf / (wheel.name + ".part")
        shutil.copy(wheel, partial)
        return partial.rename(shelf / wheel.name)


def delta_jars() -> None:
    """Delta's JARs into pyspark/jars, where every Spark of this environment finds them without asking the network again."""
    jars = VENV / "lib/python3.11/site-packages/pyspark/jars"
    if any(jars.glob("delta-spark_*.jar")):
        return
    print("setup: Delta JARs", flush=True)
    ivy = CACHE / "ivy"
    with tempfile.TemporaryDirectory() as scratch:
        probe = Path(scratch, "probe.py")
        probe.write_text("from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().stop()\n")
        run(VENV / "bin/spark-submit", "--master", "local[1]", "--packages", DELTA, "--exclude-packages", SHIPPED_WITH_SPARK,
            "--conf", f"spark.jars.ivy={ivy}", "--conf", "spark.ui.enabled=false", probe,
            PYSPARK_PYTHON=str(VENV / "bin/python"), SPARK_LOCAL_IP="127.0.0.1")
    here = {re.sub(r"-[\d.]+\.jar$", "", path.name) for path in jars.glob("*.jar")}
    for jar in sorted((ivy / "jars").glob("*.jar")):
        name = jar.name.split("_", 1)[1]    # group_artifact-version.jar
        if re.sub(r"-[\d.]+\.jar$", "", name) not in here:
            shutil.copy(jar, jars / name)
    if not any(jars.glob("delta-spark_*.jar")):
        fail(f"{DELTA} could not be fetched from Maven Central; is there a network?")


def inputs() -> str:
    """A hash of all that a set-up depends on."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml", "bootstrap.py"))).hexdigest()


def main() -> None:
    wanted = inputs()
    check_tools()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    VENV.mkdir(exist_ok=True)
    create_environment()
    run(VENV / "bin/uv", "pip", "install", "--python", VENV / "bin/python", "--compile-bytecode", "--no-deps", horovod_wheel())
    run(VENV / "bin/uv", "pip", "install", "--python", VENV / "bin/python", "--no-deps", "--no-build-isolation", "-e", ROOT)
    print("setup: compiled loops", flush=True)
    run(VENV / "bin/python", "-c", "import spark_jobs.methods.sparse_rows")
    delta_jars()
    STAMP.write_text(wanted)
    print("setup: ready. The command is .venv/bin/mep3m.")


if __name__ == "__main__":
    main()
