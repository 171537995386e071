"""Ingest as assets: the raw tables of a source, and the log that all sources share."""

from collections.abc import Collection, Iterator

import dagster as dg

from orchestration.components.settings import Settings
from orchestration.ingest import IngestReport, ingest
from orchestration.ingest.contracts import Table, sources, tables
from orchestration.ledger import load

# What every source writes to, and the views over all of them.
_LOG = [
    dg.AssetKey(["ingest", name])
    for name in ("files", "quarantine", "control_totals", "controlled_days", "corrections")
]


def landed_source(source: str) -> dg.AssetsDefinition:
    """One step that lands the new files of a source; an asset for each of its raw tables."""
    landed = {table.full_name: dg.AssetKey(table.relation.split(".")) for table in _tables_of(source)}

    @dg.multi_asset(
        name=f"ingest_{source}",
        specs=[
            dg.AssetSpec(key, group_name="raw", kinds={"duckdb"}, description=f"Rows of {name} as they landed.")
            for name, key in landed.items()
        ],
    )
    def ingest_source(context: dg.AssetExecutionContext, settings: Settings) -> Iterator[dg.MaterializeResult[None]]:
        report = _ingest(context, settings, {source})
        for name, key in landed.items():
            files = [file for file in report.files if file.table_name == name]
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "new_files": len(files),
                    "rows_landed": sum(file.rows_landed for file in files),
                    "rows_quarantined": sum(file.rows_quarantined for file in files),
                },
            )

    return ingest_source


def landing_log() -> dg.AssetsDefinition:
    """The log after every source is through, with what lies beside their folders and lands nowhere."""

    @dg.multi_asset(
        name="ingest_log",
        specs=[
            dg.AssetSpec(
                key,
                deps=[dg.AssetKey(table.relation.split(".")) for table in tables().values()],
                group_name="raw",
                kinds={"duckdb"},
            )
            for key in _LOG
        ],
    )
    def ingest_log(context: dg.AssetExecutionContext, settings: Settings) -> Iterator[dg.MaterializeResult[None]]:
        settings.begin()
        # '' is the source of a file that belongs to none.
        strays = {"", *(entry.name for entry in settings.landing_folder.iterdir())} - set(sources())
        report = _ingest(context, settings, strays)
        for key in _LOG:
            yield dg.MaterializeResult(asset_key=key, metadata={"stray_files": len(report.files)})

    return ingest_log


def posted_ledger() -> dg.AssetsDefinition:
    """What closes have posted, from the ledger's files."""
    tables_made = {name: dg.AssetKey(["raw_ledger", name]) for name in ("batches", "lines", "payments")}

    @dg.multi_asset(
        name="ingest_ledger",
        specs=[
            dg.AssetSpec(key, group_name="raw", kinds={"duckdb"}, description=f"The {name} that closes have posted.")
            for name, key in tables_made.items()
        ],
    )
    def ingest_ledger(settings: Settings) -> Iterator[dg.MaterializeResult[None]]:
        settings.begin()
        new = load(settings.warehouse, settings.out_folder / "ledger", settings.as_of)
        for key in tables_made.values():
            yield dg.MaterializeResult(asset_key=key, metadata={"new_batches": new})

    return ingest_ledger


def _ingest(context: dg.AssetExecutionContext, settings: Settings, wanted: Collection[str]) -> IngestReport:
    settings.begin()
    report = ingest(settings.landing_folder, settings.warehouse, sources=wanted, progress=context.log.debug)
    for line in report.lines():
        context.log.info(line)
    return report


def _tables_of(source: str) -> list[Table]:
    return [table for table in tables().values() if table.source == source]
