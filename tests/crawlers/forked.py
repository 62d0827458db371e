"""Crawls in processes of their own that can be killed: imported once, forked for each. Driven over standard input, a line a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


class Forks:
    """The parent's side."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "tests.crawlers.forked"], cwd=REPOSITORY, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        assert self._process.stdout.readline().strip() == "ready"

    def start(self, root: Path, **call: Any) -> int:
        """Begin a crawl of the lake at `root`: the process id. `call`: the arguments of program.main, options among them."""
        return int(self._ask({"root": str(root), **call}))

    def wait(self, pid: int) -> int:
        """The process's exit status, negative for a signal."""
        return int(self._ask({"wait": pid}))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)

    def _ask(self, what: dict[str, Any]) -> str:
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def crawl(call: dict[str, Any]) -> int:
    from crawlers import program
    from lakehouse.errors import LakehouseError

    os.environ["LAKEHOUSE_ROOT"] = call.pop("root")
    options = program.Options(allowed=("127.0.0.0/8",), quiet=True, **call.pop("options", {}))
    try:
        return program.main(options, **call | ({"shops": Path(call["shops"])} if "shops" in call else {}))
    except LakehouseError as error:
        print(error, file=sys.stderr)
        return 2


def serve() -> None:
    import importlib
    import pkgutil

    import spidermon.contrib.scrapy.extensions  # noqa: F401

    import crawlers.middlewares
    import crawlers.monitors
    import crawlers.pipelines.bronze
    import crawlers.pipelines.pictures
    import crawlers.politeness
    import crawlers.program
    import crawlers.scheduler
    import crawlers.spiders.generic  # noqa: F401

    for package in ("scrapy.downloadermiddlewares", "scrapy.spidermiddlewares", "scrapy.extensions", "crawlers.pages"):
        folder = importlib.import_module(package).__path__
        for module in pkgutil.iter_modules(folder):
            if module.name not in ("telnet", "statsmailer", "commands"):
                importlib.import_module(f"{package}.{module.name}")
    print("ready", flush=True)
    for line in sys.stdin:
        call = json.loads(line)
        if "wait" in call:
            print(os.waitstatus_to_exitcode(os.waitpid(call["wait"], 0)[1]), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            devnull = os.open(os.devnull, os.O_RDWR)
            os.dup2(devnull, 0)
            os.dup2(devnull, 1)
            status = 3
            try:
                status = crawl(call)
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                os._exit(status)
        print(pid, flush=True)


if __name__ == "__main__":
    serve()
