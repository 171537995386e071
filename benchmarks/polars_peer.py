"""W(n) as a data scientist would write it in polars: floats, joins, a running sum over each group, lines written as Parquet.

`python -m benchmarks.polars_peer DIR` prints one JSON line. Money in floats is not exact: the sum is off by what rounding
costs, which is told and not held against it.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl

from benchmarks.measured import Measured

DIMENSIONS = ("product_line", "channel", "is_key_account", "margin_rate")
GROUP = ("payee_id", "component_id", "period_start")
UNBOUNDED = 1e15


def run(folder: Path) -> dict[str, object]:
    """Calculates W below `folder`; returns seconds, peak memory and the sum."""
    measured = Measured("polars")

    def table(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / "peers" / f"{name}.parquet")

    credits = _credits(table("order_lines"), table("returns"), table("splits"))
    components = table("plan_assignments").join(table("plan_components"), on="plan_id").drop("plan_id")
    own = components.filter(pl.col("credit_level") == "own").with_columns(source_id="payee_id")
    led = (
        table("payees")
        .rename({"payee_id": "source_id"})
        .join(table("teams"), on="team_id")
        .rename({"leader_id": "payee_id"})
    )
    override = components.filter(pl.col("credit_level") == "team").join(led.drop("team_id"), on="payee_id")
    received = pl.concat([own, override.select(own.collect_schema().names())]).drop("credit_level")
    matched = credits.rename({"payee_id": "source_id"}).join(received, on="source_id")
    for owner, dimension, operator, value in table("plan_conditions").collect().iter_rows():
        matched = matched.filter((pl.col("component_id") != owner) | _holds(dimension, operator, value))
    lines = matched.drop(DIMENSIONS).collect()
    measured.mark("matched")
    lines = lines.sort(*GROUP, "occurred_on", "event_id", "source_id").with_columns(
        position=pl.col("value").cum_sum().over(GROUP).round(2), total=pl.col("value").sum().over(GROUP)
    )
    measured.mark("positions")
    rated = _rated(lines.lazy(), table("quotas"), table("plan_tiers")).collect()
    measured.mark("rated")
    rated.write_parquet(folder / "polars_lines.parquet")
    rated.group_by(GROUP).agg(pl.col("amount").sum(), pl.len()).write_parquet(folder / "polars_totals.parquet")
    measured.mark("written")
    for name in ("lines", "totals"):
        (folder / f"polars_{name}.parquet").unlink()
    return measured.result(rated.height, round(float(rated["amount"].sum()), 2))


def _credits(order_lines: pl.LazyFrame, returns: pl.LazyFrame, splits: pl.LazyFrame) -> pl.LazyFrame:
    """Sales and returns, each with the payee and the part it counts for."""
    sold = order_lines.with_columns(pl.col("net_amount", "margin_rate").cast(pl.Float64)).rename(
        {"ordered_on": "occurred_on", "sales_user_id": "payee_id", "net_amount": "value"}
    )
    taken_back = returns.select(
        "return_id", "order_line_id", occurred_on="returned_on", value=-pl.col("net_amount").cast(pl.Float64)
    ).join(sold.drop("occurred_on", "value"), on="order_line_id")
    columns = ("event_id", "order_line_id", "occurred_on", "payee_id", *DIMENSIONS, "value")
    events = pl.concat(
        [
            sold.with_columns(event_id="order_line_id").select(columns),
            taken_back.rename({"return_id": "event_id"}).select(columns),
        ]
    )
    whole = events.join(splits, on="order_line_id", how="anti")
    due = pl.col("value").abs() * pl.col("share").cast(pl.Float64) * 100
    cents = (due + 1e-6).floor()
    shared = (
        events.drop("payee_id")
        .join(splits.rename({"user_id": "payee_id"}), on="order_line_id")
        .with_columns(cents=cents, remainder=(due - cents).round(6))
    )
    missing = (pl.col("value").abs() * 100 - pl.col("cents").sum().over("event_id")).round()
    place = pl.int_range(pl.len()).over("event_id")
    shared = shared.sort("event_id", "remainder", "payee_id", descending=[False, True, False]).with_columns(
        value=pl.col("value").sign() * (pl.col("cents") + (place < missing)) / 100
    )
    period = pl.col("occurred_on").dt.truncate("1q").alias("period_start")
    kept = ("event_id", "occurred_on", "payee_id", *DIMENSIONS, "value")
    return pl.concat([whole.select(kept), shared.select(kept)]).with_columns(period)


def _holds(dimension: str, operator: str, value: str) -> pl.Expr:
    column = pl.col(dimension)
    if operator == "in":
        return column.is_in(value.split("|"))
    if operator == "gte":
        return column >= float(value)
    return column != value if operator == "ne" else column == (value == "true")


def _rated(lines: pl.LazyFrame, quotas: pl.LazyFrame, tiers: pl.LazyFrame) -> pl.LazyFrame:
    """Each line with its rate and amount: tiers side by side, the amount of a marginal line slice by slice."""
    ladders = (
        tiers.sort("component_id", "tier_from")
        .group_by("component_id", maintain_order=True)
        .agg(pl.col("tier_from").cast(pl.Float64), pl.col("rate").cast(pl.Float64))
        .collect()
    )
    most = max(len(rates) for rates in ladders["rate"])
    wide = ladders.select(
        "component_id",
        *[pl.col("tier_from").list.get(no, null_on_oob=True).alias(f"from_{no}") for no in range(most)],
        *[pl.col("rate").list.get(no, null_on_oob=True).fill_null(0).alias(f"rate_{no}") for no in range(most)],
    )
    scale = pl.when(pl.col("tier_key") == "attainment").then(pl.col("quota").cast(pl.Float64)).otherwise(1.0)
    bounds = [(pl.col(f"from_{no}") * scale).fill_null(UNBOUNDED) for no in range(most)] + [pl.lit(UNBOUNDED)]
    bounds[0] = pl.when(bounds[0] > 0).then(bounds[0]).otherwise(-UNBOUNDED)
    before = pl.col("position") - pl.col("value")
    slices = [
        (pl.col("position").clip(low, high) - before.clip(low, high)) * pl.col(f"rate_{no}")
        for no, (low, high) in enumerate(pairwise(bounds))
    ]
    whole = pl.lit(0.0)
    for no in range(most):
        whole = pl.when(pl.col("total").round(2) >= bounds[no]).then(pl.col(f"rate_{no}")).otherwise(whole)
    by_method = (
        pl.when(pl.col("method") == "marginal")
        .then(pl.sum_horizontal(slices))
        .when(pl.col("method") == "flat")
        .then(pl.col("value") * pl.col("rate_0"))
        .otherwise(pl.col("value") * whole)
    )
    amount = pl.when(scale.is_null()).then(0.0).otherwise(by_method.round(2, mode="half_away_from_zero"))
    return (
        lines.join(quotas, on=["payee_id", "period_start"], how="left")
        .join(wide.lazy(), on="component_id")
        .select(
            "event_id",
            *GROUP,
            "position",
            "value",
            rate=pl.when(pl.col("method") == "flat").then(pl.col("rate_0")).otherwise(whole),
            amount=amount,
        )
    )


if __name__ == "__main__":
    Measured.tell(run(Path(sys.argv[1])))
