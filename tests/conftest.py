"""Fixtures that every test folder shares: a lake of its own for each test, one Spark session for the whole run, the real data where it lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def _quiet_environment(tmp_path_factory):
    """No test writes into a lake that somebody uses."""
    os.environ["LAKEHOUSE_ROOT"] = str(tmp_path_factory.mktemp("lake-of-the-run"))
    os.environ.setdefault("LAKEHOUSE_SPARK_DRIVER_MEMORY", "2g")
    os.environ.setdefault("LAKEHOUSE_SPARK_SHUFFLE_PARTITIONS", "2")
    # Frames are tiny: what a long job gains from compiled plans, a short one pays for.
    os.environ.setdefault("LAKEHOUSE_SPARK_OPTIONS", "spark.sql.codegen.wholeStage=false spark.sql.codegen.factoryMode=NO_CODEGEN")


@pytest.fixture(scope="session")
def spark_session(_quiet_environment):
    """Started when the first test asks for it; its catalog lies in the run's own lake."""
    from lakehouse import spark

    session = spark.session()
    yield session
    session.stop()


@pytest.fixture
def lake(tmp_path, monkeypatch) -> Path:
    """An empty lake; needs no JVM."""
    root = tmp_path / "lake"
    root.mkdir()
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(root))
    return root


@pytest.fixture
def spark(spark_session, lake):
    """The session with an empty lake: tables of earlier tests are forgotten by the catalog."""
    for schema in ("bronze", "silver", "gold", "ops"):
        spark_session.sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    return spark_session


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real listings, pictures and pages beside the repository."""
    place = Path(os.environ.get("MEP3M_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not place.is_dir():
        pytest.skip(f"the real data is not at {place}")
    return place
