"""The work unit W(n): a year of n order lines in a company of 20,000 payees, as landing files and as its peers read it.

`python -m benchmarks.work_unit N DIR` writes two folders that hold the same figures:

- `DIR/landing`: an order a line, with splits, returns, people, accounts and 50 plans of four components each (marginal commission
  on attainment, flat SPIFF by product line, retroactive bonus on attainment, override of leaders on their teams), as the raw and
  plan contracts want them. The margin of a line is not landed: its cost is, in cents, and the margin follows from it.
- `DIR/peers`: the same company in the few wide tables that `slim.py` and `polars_peer.py` begin with. The margin there is
  the quotient of the landed amounts to ten decimals, so nearly every line has its own, as in life.

The same n gives the same rows with the same release of DuckDB, whose hash the figures are drawn from.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb

PAYEES, TEAMS, PLANS, PRODUCT_LINES = 20_000, 500, 50, 12
YEAR = 2025
AS_OF = f"{YEAR}-12-31"

# Each figure is drawn from the row's key and a salt; `share` is uniform in [0, 1].
DRAWS = """
create macro drawn(row_key, salt, sides) as cast(hash(row_key, salt) % sides as bigint);
create macro share(row_key, salt) as drawn(row_key, salt, 1000003) / 1000003.0;
create macro user_of(payee_no) as 'U' || lpad(cast(payee_no as varchar), 5, '0');
create macro plan_of(plan_no) as 'PLAN' || lpad(cast(plan_no as varchar), 2, '0');
"""

ORDERS = """
create table drawn_orders as
select
    line_no,
    lpad(cast(line_no as varchar), 10, '0') as digits,
    date '{year}-01-01' + cast(line_no * 365 // {n} as integer) as ordered_on,
    cast(floor({payees} * pow(share(line_no, 11), 1.3)) as integer) as payee_no,
    'PL' || drawn(line_no, 12, {product_lines}) as product_line,
    ['direct', 'direct', 'dealer', 'online'][1 + drawn(line_no, 13, 4)] as channel,
    drawn(line_no, 14, 10) < 3 as is_key_account,
    cast(0.05 + drawn(line_no, 15, 5500) / 10000.0 as decimal(6, 4)) as wanted_margin,
    cast(50 + pow(share(line_no, 16), 4) * 20000 as decimal(18, 2)) as net_amount
from range({n}) as lines (line_no);

create table order_lines as
select
    'OL' || digits as order_line_id,
    'O' || digits as order_id,
    ordered_on,
    user_of(payee_no) as sales_user_id,
    product_line,
    channel,
    is_key_account,
    net_amount,
    cast(round(net_amount * (1 - wanted_margin), 2) as decimal(18, 2)) as cost_amount
from drawn_orders;

create table returns as
select
    'R' || order_line_id[3:] as return_id,
    order_line_id,
    least(ordered_on + cast(1 + drawn(order_line_id, 21, 30) as integer), date '{year}-12-31') as returned_on,
    cast(case when drawn(order_line_id, 22, 2) = 0 then net_amount else round(net_amount * 0.5, 2) end as decimal(18, 2)) as net_amount
from order_lines
where drawn(order_line_id, 20, 100) < 3;

-- one deal in twenty has two or three sellers
create table splits as
with dealt as (
    select
        order_line_id,
        order_id,
        cast(sales_user_id[2:] as integer) as payee_no,
        drawn(order_line_id, 31, 3) as kind,
        drawn(order_line_id, 32, 997) as near,
        drawn(order_line_id, 33, 9973) as far
    from order_lines
    where drawn(order_line_id, 30, 100) < 5
)
select order_line_id, order_id, user_of(payee_no) as user_id, cast(case kind when 0 then 0.5 else 0.6 end as decimal(18, 4)) as share
from dealt
union all
select order_line_id, order_id, user_of((payee_no + 1 + near) % {payees}), case kind when 0 then 0.5 when 1 then 0.4 else 0.3 end
from dealt
union all
select order_line_id, order_id, user_of((payee_no + 1000 + far) % {payees}), 0.1
from dealt
where kind = 2;
"""

RULES = """
create table payees as
select user_of(payee_no) as payee_id, payee_no, 'T' || lpad(cast(payee_no % {teams} as varchar), 3, '0') as team_id
from range({payees}) as people (payee_no);

create table plans as
select plan_of(plan_no) as plan_id, plan_no from range({plans}) as numbered (plan_no);

create table plan_assignments as
select 'A' || payee_id as assignment_id, plan_of(drawn(payee_no, 7, {plans})) as plan_id, payee_id as subject_id
from payees;

create table plan_components as
select plan_id || '-' || seq as component_id, plan_id, seq, kind, credit_level, method, tier_key
from plans, (values
    (1, 'commission', 'own', 'marginal', 'attainment'),
    (2, 'spiff', 'own', 'flat', 'amount'),
    (3, 'bonus', 'own', 'retroactive', 'attainment'),
    (4, 'commission', 'team', 'flat', 'amount')
) as kinds (seq, kind, credit_level, method, tier_key);

create table plan_tiers as
select
    component_id,
    cast(tier_from as decimal(18, 6)) as tier_from,
    cast(rate + 0.0005 * drawn(component_id, 3, 20) as decimal(8, 4)) as rate
from plan_components
inner join (values
    ('marginal', 0, 0.02), ('marginal', 0.5, 0.03), ('marginal', 1, 0.05), ('marginal', 1.3, 0.07),
    ('flat', 0, 0.005),
    ('retroactive', 0.5, 0.005), ('retroactive', 0.7, 0.01), ('retroactive', 0.9, 0.015)
) as ladders (method, tier_from, rate) using (method);

create table plan_conditions as
select component_id as owner_id, 'channel' as dimension, 'in' as operator, 'direct|dealer' as value
from plan_components where seq = 1 and drawn(plan_id, 1, 2) = 0
union all
select
    component_id, 'product_line', 'in',
    concat_ws('|', 'PL' || drawn(plan_id, 2, 12), 'PL' || (drawn(plan_id, 2, 12) + 3) % 12, 'PL' || (drawn(plan_id, 2, 12) + 7) % 12)
from plan_components where seq = 2
union all
select component_id, 'margin_rate', 'gte', ['0.10', '0.15', '0.20', '0.25'][1 + drawn(plan_id, 4, 4)]
from plan_components where seq = 3
union all
select component_id, 'is_key_account', 'eq', 'true'
from plan_components where seq = 3 and drawn(plan_id, 5, 2) = 0
union all
select component_id, 'channel', 'ne', 'online'
from plan_components where seq = 4 and drawn(plan_id, 6, 3) = 0;

create table quotas as
with booked as (
    select sales_user_id as subject_id, cast(date_trunc('quarter', ordered_on) as date) as period_start, sum(net_amount) as booked
    from order_lines
    group by all
)
select
    subject_id,
    period_start,
    cast(greatest(1, round(booked * (0.5 + 1.1 * share(subject_id || period_start, 41)), -2)) as decimal(18, 2)) as quota
from booked;
"""

SEEN = "timestamp '{year}-01-01 00:00:00' as updated_at"
# Noon in the company's zone, as the UTC that lands.
NOON = "cast(ordered_on as timestamp) + interval 4 hour"

LANDED = {
    "crm/users": "select payee_id as user_id, 'Payee ' || payee_no as name, 'CNY' as currency, date '2020-01-01' as hired_on, {seen}"
    " from payees",
    "crm/user_assignments": "select payee_id as user_id, date '2020-01-01' as valid_from, 'sales' as role, team_id, {seen} from payees",
    "crm/teams": "select team_id, 'Team ' || team_id as name, min(payee_id) as leader_user_id, {seen} from payees group by team_id",
    "crm/accounts": "select payee_id || kind as account_id, 'Customer ' || payee_id || kind as name, kind = 'K' as is_key_account,"
    " timestamp '2020-01-01 00:00:00' as created_at, {seen} from payees, (values ('K'), ('N')) as kinds (kind)",
    "erp/products": "select 'P' || line as product_id, 'Product ' || line as name, 'PL' || line as product_line, 'CNY' as currency, {seen}"
    " from range({product_lines}) as numbered (line)",
    "erp/orders": "select order_id, sales_user_id || case when is_key_account then 'K' else 'N' end as account_id, sales_user_id, channel,"
    " {noon} as ordered_at, 'fulfilled' as status, 'CNY' as currency, {noon} as updated_at from order_lines",
    "erp/order_lines": "select order_line_id, order_id, 'P' || product_line[3:] as product_id, cast(1 as decimal(18, 4)) as quantity,"
    " cast(net_amount as decimal(18, 4)) as net_amount, cast(cost_amount as decimal(18, 4)) as cost_amount, {noon} as updated_at"
    " from order_lines",
    "erp/order_splits": "select order_id, user_id, 'split' as kind, share, {seen} from splits",
    "erp/returns": "select return_id, order_line_id, returned_on, cast(1 as decimal(18, 4)) as quantity,"
    " cast(net_amount as decimal(18, 4)) as net_amount, cast(returned_on as timestamp) as updated_at from returns",
    "plans/plans": "select plan_id, 'Plan ' || plan_no as name, 'active' as status, 'employee' as payee_kind, 'CNY' as currency,"
    " 'quarter' as period, date '{year}-01-01' as valid_from, date '{next_year}-01-01' as valid_to, {seen} from plans",
    "plans/plan_assignments": "select assignment_id, plan_id, 'payee' as subject_kind, subject_id,"
    " date '{year}-01-01' as valid_from, {seen} from plan_assignments",
    "plans/plan_components": "select component_id, plan_id, seq, component_id as name, kind, 'revenue_booked' as measure,"
    " credit_level, method, tier_key, {seen} from plan_components",
    "plans/plan_tiers": "select component_id, tier_from, cast(rate as decimal(18, 6)) as rate, {seen} from plan_tiers",
    "plans/plan_conditions": "select *, {seen} from plan_conditions",
    "plans/quotas": "select 'payee' as subject_kind, subject_id, 'revenue_booked' as measure, 'quarter' as period, period_start,"
    " cast(quota as decimal(18, 6)) as quota, {seen} from quotas",
}

# What a peer would be handed. The margin is exact: whole cents over whole cents, rounded half away from zero.
PEERS = {
    "order_lines": "select order_line_id, ordered_on, sales_user_id, product_line, channel, is_key_account, net_amount,"
    " cast((2 * gained * 10000000000 + sign(gained) * sold) // (2 * sold) as decimal(18, 0)) * 0.0000000001 as margin_rate"
    " from (select *, cast(net_amount * 100 as hugeint) as sold, cast((net_amount - cost_amount) * 100 as hugeint) as gained"
    " from order_lines)",
    "returns": "select * from returns",
    "splits": "select order_line_id, user_id, share from splits",
    "payees": "select payee_id, team_id from payees",
    "teams": "select team_id, min(payee_id) as leader_id from payees group by team_id",
    "plans": "select plan_id from plans",
    "plan_assignments": "select plan_id, subject_id as payee_id from plan_assignments",
    "plan_components": "select component_id, plan_id, credit_level, method, tier_key from plan_components",
    "plan_tiers": "select component_id, cast(tier_from as decimal(8, 4)) as tier_from, rate from plan_tiers",
    "plan_conditions": "select * from plan_conditions",
    "quotas": "select subject_id as payee_id, period_start, quota from quotas",
}


def write(n: int, folder: Path) -> None:
    """Writes W(n) below `folder`, in place of what lies there."""
    names = {
        "n": n,
        "payees": PAYEES,
        "teams": TEAMS,
        "plans": PLANS,
        "product_lines": PRODUCT_LINES,
        "year": YEAR,
        "next_year": YEAR + 1,
        "seen": SEEN.format(year=YEAR),
        "noon": NOON,
    }
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as connection:
        for script in (DRAWS, ORDERS, RULES):
            connection.execute(script.format(**names))
        for name, query in LANDED.items():
            _copy(connection, query.format(**names), folder / "landing" / name / "w.parquet")
        for name, query in PEERS.items():
            _copy(connection, query, folder / "peers" / f"{name}.parquet")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({query}) to '{file}' (format parquet)")


if __name__ == "__main__":
    write(int(float(sys.argv[1])), Path(sys.argv[2]))
