"""Olist's marketing funnel: 8,000 leads, 842 deals won, each by a sales representative and the SDR who qualified its lead.

A won deal is the sale of a subscription. The source has no amounts; every deal is given the same stated one. A lead that was
not won has no representative and lies on a queue that no plan covers. The same people do both jobs on different deals,
so the SDR's part is an overlay credit of a quarter deal: 80 for a deal makes 20 for an overlay, whoever gets it.

Left out of the mapping: the quarterly contest (method rank), and the modifier on lead_source, which events of
opportunities do not carry (engine.md §8 A10); the account's tier takes its place.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from demo.public.common import Landing, command_line, noon

TIMEZONE = "America/Sao_Paulo"
CURRENCY = "BRL"
SALES, SDR = "olist-sales", "olist-sdr"
QUEUE = "unassigned"
SUBSCRIPTION = "100.00"
OVERLAY_SHARE = "0.25"
BIG_SELLERS = ("online_big", "online_top")
_FIRST_DAY = date(2017, 6, 1)
_MASTER_DAY = date(2017, 5, 31)

# The copy writes days as dd-mm-yyyy. A first contact has no time of day and is put at nine.
_SOURCE = """
create table leads as
select
    leads.mql_id,
    leads.origin,
    timezone('UTC', timezone($timezone, strptime(leads.first_contact_date || ' 09', '%d-%m-%Y %H'))) as created_at,
    coalesce(deals.seller_id, leads.mql_id) as account_id,
    deals.sr_id,
    deals.sdr_id,
    deals.business_segment,
    deals.lead_type,
    timezone('UTC', timezone($timezone, strptime(deals.won_date, '%d-%m-%Y %H:%M'))) as won_at
from read_csv($leads, all_varchar = true) as leads
left join read_csv($deals, all_varchar = true) as deals on leads.mql_id = deals.mql_id
"""


def convert(data: Path, out: Path) -> Landing:
    """Writes the leads, deals and their people, and a monthly plan for each of the two roles, as landing files."""
    landing = Landing(out, "olist_funnel")
    with duckdb.connect() as source:
        source.execute(
            _SOURCE,
            {
                "timezone": TIMEZONE,
                "leads": str(data / "olist_marketing_qualified_leads_dataset.csv"),
                "deals": str(data / "olist_closed_deals_dataset.csv"),
            },
        )
        _people(source, landing)
        _deals(source, landing)
    _plans(landing)
    return landing


def _people(source: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    master = noon(_MASTER_DAY, TIMEZONE)
    people = [
        (person, "sales_rep" if wins else "sdr", ("SR-" if wins else "SDR-") + person[:4])
        for person, wins in source.execute(
            "select person, bool_or(wins) from (select sr_id as person, true as wins from leads"
            " union all select sdr_id, false from leads) where person is not null group by person order by person"
        ).fetchall()
    ]
    people.append((QUEUE, "queue", "Leads that nobody has won"))
    landing.write(
        "crm.users",
        (
            {
                "user_id": person,
                "name": name,
                "currency": CURRENCY,
                "hired_on": _FIRST_DAY.isoformat(),
                "updated_at": master,
            }
            for person, _, name in people
        ),
    )
    landing.write(
        "crm.user_assignments",
        (
            {
                "user_id": person,
                "valid_from": _FIRST_DAY.isoformat(),
                "role": role,
                "team_id": "SDR" if role == "sdr" else "Sales",
                "updated_at": master,
            }
            for person, role, _ in people
        ),
    )
    landing.write("crm.teams", ({"team_id": team, "name": team, "updated_at": master} for team in ("Sales", "SDR")))


def _deals(source: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    landing.copy(
        source,
        "crm.accounts",
        "select account_id, concat(case when won_at is null then 'Lead ' else 'Seller ' end, left(account_id, 8)) as name,"
        " business_segment as industry, lead_type as tier, created_at, created_at as updated_at"
        " from leads order by account_id",
    )
    landing.copy(
        source,
        "crm.opportunities",
        f"""
        select
            mql_id as opportunity_id,
            account_id,
            coalesce(sr_id, '{QUEUE}') as owner_user_id,
            case when won_at is null then 'Open' else 'Won' end as stage,
            cast({SUBSCRIPTION} as decimal(18, 4)) as amount,
            '{CURRENCY}' as currency,
            origin as lead_source,
            created_at,
            won_at as closed_at,
            won_at is not null as is_closed,
            won_at is not null as is_won,
            greatest(created_at, won_at) as updated_at
        from leads
        order by mql_id
        """,
    )
    landing.copy(
        source,
        "crm.opportunity_team",
        "select mql_id as opportunity_id, sdr_id as user_id, 'overlay' as kind, cast(1 as decimal(18, 4)) as share,"
        " won_at as updated_at from leads where won_at is not null order by mql_id",
    )


def _plans(landing: Landing) -> None:
    starts = _FIRST_DAY.isoformat()
    roles = ((SALES, "sales_rep", "Sales representatives"), (SDR, "sdr", "Sales development"))
    landing.write_plans(
        noon(_MASTER_DAY, TIMEZONE),
        {
            "plans": [
                {
                    "plan_id": plan,
                    "name": name,
                    "status": "active",
                    "payee_kind": "employee",
                    "currency": CURRENCY,
                    "period": "month",
                    "valid_from": starts,
                    "summary": summary,
                }
                for (plan, _, name), summary in zip(
                    roles,
                    ("80 for each deal, 120 from the eleventh of a month on", "20 for each deal of a qualified lead"),
                    strict=True,
                )
            ],
            "plan_assignments": [
                {
                    "assignment_id": f"{plan}-role",
                    "plan_id": plan,
                    "subject_kind": "role",
                    "subject_id": role,
                    "valid_from": starts,
                }
                for plan, role, _ in roles
            ],
            "plan_components": [
                {
                    "component_id": f"{SALES}-deals",
                    "plan_id": SALES,
                    "seq": "1",
                    "name": "Deals won",
                    "kind": "commission",
                    "measure": "deals_won",
                    "method": "marginal",
                },
                {
                    "component_id": f"{SDR}-deals",
                    "plan_id": SDR,
                    "seq": "1",
                    "name": "Deals of qualified leads",
                    "kind": "commission",
                    "measure": "deals_won",
                    "method": "flat",
                    "cap_per_period": "250",
                },
            ],
            "plan_tiers": [
                {"component_id": f"{SALES}-deals", "tier_from": "0", "rate": "80"},
                {"component_id": f"{SALES}-deals", "tier_from": "10", "rate": "120"},
                {"component_id": f"{SDR}-deals", "tier_from": "0", "amount": "80"},
            ],
            "plan_modifiers": [
                {
                    "modifier_id": f"{SALES}-big",
                    "component_id": f"{SALES}-deals",
                    "name": "Big seller",
                    "factor": "1.2",
                    "scope": "event",
                }
            ],
            "plan_conditions": [
                {
                    "owner_id": f"{SALES}-big",
                    "dimension": "account_tier",
                    "operator": "in",
                    "value": "|".join(BIG_SELLERS),
                }
            ],
            "credit_rules": [
                {
                    "credit_rule_id": "olist-overlay",
                    "measure": "deals_won",
                    "receives": "overlay",
                    "share": OVERLAY_SHARE,
                    "valid_from": starts,
                }
            ],
        },
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return command_line("demo.public.olist_funnel", convert, TIMEZONE, CURRENCY, arguments)


if __name__ == "__main__":
    sys.exit(main())
