"""The close of a period, on demand: the warehouse is brought up to date first."""

import dagster as dg

from orchestration.build import BuildStopped, build
from orchestration.components import Settings
from orchestration.ingest import WarehouseBusy
from orchestration.ledger import LedgerBroken
from orchestration.ledger.closing import CloseRefused, close
from orchestration.publish import PublishError


class Period(dg.Config):
    """What is closed, and who approves it; an empty plan is every plan that has the period open."""

    period: str
    approved_by: str
    plan: str = ""


@dg.op
def post_period(context: dg.OpExecutionContext, config: Period, settings: Settings) -> str:
    """Builds as python -m orchestration.build does, then closes as make close does."""
    say = context.log.info
    landing, out, as_of = settings.landing_folder, settings.out_folder, settings.as_of
    try:
        build(landing, out, as_of=as_of or None, progress=say, **settings.choices.__dict__)
        told = close(landing, out, config.period, config.approved_by, plan_id=config.plan, as_of=as_of, progress=say)
    except (BuildStopped, CloseRefused, LedgerBroken, PublishError, WarehouseBusy) as error:
        raise dg.Failure(str(error)) from None
    say(told)
    return told


@dg.job(description="Posts a period into the ledger: what make close does.")
def close_period() -> None:
    """One step: nothing comes between the build and the close."""
    post_period()
