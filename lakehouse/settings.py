"""Where things are and which engine runs them. Everything that differs between a laptop and a cluster is here."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path

from lakehouse.errors import LakehouseError


@dataclass(frozen=True)
class Settings:
    """Read from `LAKEHOUSE_*` variables; each field's name in capitals is the variable's end."""

    root: str = "lake"                      # the lake: a folder, or an object-store URL such as s3a://bucket/lake
    spark_master: str = "local[*]"          # local[*], spark://host:7077, yarn, k8s://...
    spark_remote: str = ""                  # sc://host:15002 uses a standing Spark Connect server instead of a master
    spark_driver_memory: str = "3g"
    # Further options of the driver's JVM. By default its quick compiler alone: a build of a small lake ends before what the thorough
    # one makes is of use, and spends a third less. For millions of listings set it to -XX:+UseParallelGC.
    spark_java_options: str = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-ShrinkHeapInSteps"
    spark_options: str = ""                 # further Spark properties: name=value, separated by spaces
    spark_shuffle_partitions: int = 4
    spark_packages: str = ""                # Maven coordinates, where workers do not share this environment's JARs
    metastore: str = ""                     # thrift://host:9083; empty: embedded Derby under the root
    mlflow_tracking_uri: str = ""           # http://host:5000; empty: SQLite under the root
    allow_private_addresses: str = ""       # addresses or networks, by comma, that crawls may read although they are not public
    operator: str = "unset-operator@example.invalid"   # whom a shop's owner writes to; part of the user agent

    @property
    def is_local(self) -> bool:
        return "://" not in self.root

    @property
    def path(self) -> Path:
        """The lake's root as an absolute folder, there or not.

        Raises:
            LakehouseError: the root is an object store, which has no folder, or there is a file in its place.
        """
        if not self.is_local:
            raise LakehouseError(f"LAKEHOUSE_ROOT is {self.root}, but this step needs a local folder.")
        root = Path(self.root).expanduser().absolute()
        if not (there := next(place for place in (root, *root.parents) if place.exists())).is_dir():
            raise LakehouseError(f"LAKEHOUSE_ROOT is {self.root}, but {there} is a file; set it to a folder, which is made where there is none.")
        return root

    def location(self, *parts: str) -> str:
        """A place under the root, as Spark and delta-rs both read it."""
        base = str(self.path) if self.is_local else self.root.rstrip("/")
        return "/".join((base, *parts))

    @property
    def catalog_is_shared(self) -> bool:
        """Whether names in the catalog are of use to other processes while this one runs; embedded, it admits one at a time."""
        return bool(self.spark_remote or self.metastore)

    @property
    def tracking_uri(self) -> str:
        return self.mlflow_tracking_uri or f"sqlite:///{self.path}/mlflow.db"


def load() -> Settings:
    """The settings that the environment gives.

    Raises:
        LakehouseError: a value does not read as its type.
    """
    given = {}
    for field in fields(Settings):
        text = os.environ.get(f"LAKEHOUSE_{field.name.upper()}")
        if not text:
            continue
        try:
            given[field.name] = type(field.default)(text)
        except ValueError:
            raise LakehouseError(f"LAKEHOUSE_{field.name.upper()} is {text!r}, which is not a number; set a whole number.") from None
    return Settings(**given)
