"""Run by test_chain.py: loads a model where every distribution but its requirements, and theirs, cannot be imported, and asks it."""

import io
import json
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def closure(wanted: list[str]) -> set[str]:
    """The distributions that pip would bring."""
    found, waiting = set(), [(Requirement(line).name, frozenset(Requirement(line).extras)) for line in wanted]
    while waiting:
        name, extras = waiting.pop()
        if (key := (canonicalize_name(name), extras)) in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(key)
        for need in map(Requirement, needs):
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((need.name, frozenset(need.extras)))
    return {name for name, _ in found}


class Absent:
    """Finds nothing of the distributions that are not there."""

    def __init__(self, modules: set[str]):
        self.modules = modules

    def find_spec(self, name: str, path=None, target=None):
        if name.partition(".")[0] in self.modules:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    place = Path(sys.argv[1])
    there = closure((place / "requirements.txt").read_text().split())
    absent = {module for module, by in metadata.packages_distributions().items() if not there & set(map(canonicalize_name, by))}
    assert {"pyspark", "pytest", *(() if "tensorflow" in there else ("tensorflow", "keras"))} <= absent
    here = {"lakehouse", "training", "spark_jobs", "expectations", "crawlers", "release"}
    sys.meta_path.insert(0, Absent((absent | here) - {"packaging"}))

    import mlflow
    import pandas as pd
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 30, 30)).save(picture, "JPEG")
    given = pd.DataFrame({"title": ["鸿运 红富士苹果 500g", "智能手机"], "image": [picture.getvalue(), b""]})
    print(json.dumps(mlflow.pyfunc.load_model(str(place)).predict(given)["labels"].tolist(), ensure_ascii=False))


if __name__ == "__main__":
    main()
