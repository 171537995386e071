"""The Spark session that dbt's target spark works in: whose folders it uses, and the marts it leaves for readers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

_SPARK, _CATALOG = "INCENTIVES_SPARK", "INCENTIVES_SPARK_CATALOG"
_IN_MEMORY = "in-memory"


def use_folder(out: Path) -> None:
    """Points dbt's next commands on the target spark at OUT/raw and OUT/spark; a session on another folder ends.

    A catalogue in memory (the default here; INCENTIVES_SPARK_CATALOG=hive keeps one) dies with its session, so that what an
    earlier one left in OUT/spark belongs to nobody and is removed.
    """
    folder = str(out.resolve() / "spark")
    os.environ["INCENTIVES_RAW"] = str(out.resolve() / "raw")
    if os.environ.get(_SPARK) == folder and _running():
        return
    stop()
    os.environ[_SPARK] = folder
    if os.environ.setdefault(_CATALOG, _IN_MEMORY) == _IN_MEMORY:
        shutil.rmtree(folder, ignore_errors=True)


def _running() -> bool:
    from pyspark import SparkContext

    return SparkContext._active_spark_context is not None


def stop() -> None:
    """Ends the session of this process, if there is one; its catalogue in memory goes with it."""
    if _running():
        from pyspark.sql import SparkSession

        SparkSession.builder.getOrCreate().stop()


def write_marts(marts: Iterable[str], folder: Path) -> None:
    """Writes relations of the running session (`schema.name`) as Parquet, each into folder/schema/name; views are worked out."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate()
    for mart in marts:
        session.table(mart).coalesce(1).write.mode("overwrite").parquet(str(folder.resolve() / mart.replace(".", "/")))
