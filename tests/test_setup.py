"""What `make setup` leaves behind."""

from __future__ import annotations

from importlib.util import cache_from_source, find_spec
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["tensorflow", "great_expectations", "scrapy"])
def test_every_module_has_its_byte_code(package):
    """uv compiles what the same call installs and nothing else; without, TensorFlow takes three times as long to import."""
    modules = list(Path(find_spec(package).origin).parent.rglob("*.py"))
    assert len(modules) > 100
    assert [str(path) for path in modules if not Path(cache_from_source(str(path))).exists()] == []
