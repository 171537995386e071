"""The least that DuckDB needs for W(n): SQL written for this one company by hand, from Parquet to stored lines and totals.

`python -m benchmarks.slim DIR` prints one JSON line. It is the yardstick of the engine, not a model for it: it knows the four
dimensions and three methods of W, holds no history of anything and can explain nothing. It is exact, so its sum is what the
engine's must be.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.measured import Measured

TIERS = 4

PARTIES = """
create table payees as
select payee_id, plan_id, team_id, cast(row_number() over (order by payee_id) - 1 as integer) as payee_no
from '{peers}/payees.parquet' inner join '{peers}/plan_assignments.parquet' using (payee_id);

create table components as
select component_id, plan_id, credit_level, method, tier_key, cast(row_number() over (order by component_id) - 1 as integer) as component_no
from '{peers}/plan_components.parquet';

-- four groups in a row for each payee and component: the quarters
create table paid as
select payee_no, component_no, credit_level, cast(4 * (row_number() over (order by payee_no, component_no) - 1) as integer) as first_group
from payees inner join components using (plan_id);

-- a payee's own components run on the payee's credits, an override on those of all of the team
create table received as
select payee_no as source_no, component_no, first_group from paid where credit_level = 'own'
union all
select members.payee_no, component_no, first_group
from payees as members
inner join '{peers}/teams.parquet' using (team_id)
inner join payees as leaders on leaders.payee_id = leader_id
inner join paid on paid.payee_no = leaders.payee_no and credit_level = 'team';
"""

# Values are numbered, margins by the bands between the marks that conditions set; a row's combination is one number.
MATCHES = """
create table lines_of as select product_line, cast(row_number() over (order by product_line) - 1 as integer) as no
from (select distinct product_line from '{peers}/order_lines.parquet');
create table channels as select channel, cast(row_number() over (order by channel) - 1 as integer) as no
from (select distinct channel from '{peers}/order_lines.parquet');

create table combinations as
select lines_of.no + 64 * (channels.no + 64 * (cast(is_key as integer) + 2 * band)) as combination, product_line, channel, is_key, band
from lines_of, channels, (values (false), (true)) as keys (is_key), range({bands}) as bands (band);

create table matches as
select cast(combination as bigint) * 1024 + component_no as match_no
from combinations cross join components
where not exists (
    from '{peers}/plan_conditions.parquet' as asked
    where asked.owner_id = components.component_id and not case dimension
        when 'product_line' then list_contains(string_split(value, '|'), product_line)
        when 'channel' then list_contains(string_split(value, '|'), channel) = (operator = 'in')
        when 'is_key_account' then cast(value as boolean) = is_key
        when 'margin_rate' then list_position({marks}, cast(value as decimal(18, 10))) <= band
    end
);
"""

EVENTS = """
create table events as
with sold as (
    select
        order_line_id, ordered_on, payee_no, net_amount,
        lines_of.no + 64 * (channels.no + 64 * (cast(is_key_account as integer) + 2 * ({band}))) as combination,
        order_line_id in (select order_line_id from '{peers}/splits.parquet') as is_split
    from '{peers}/order_lines.parquet'
    inner join payees on payee_id = sales_user_id
    inner join lines_of using (product_line)
    inner join channels using (channel)
)
select order_line_id as event_id, ordered_on as occurred_on, payee_no, combination, net_amount as value,
    case when is_split then order_line_id end as split_id
from sold
union all
select return_id, returned_on, payee_no, combination, -returns.net_amount, case when is_split then order_line_id end
from '{peers}/returns.parquet' as returns inner join sold using (order_line_id)
order by occurred_on, event_id;
"""

# Only shared deals are divided: whole cents down, then a cent each to the largest remainders.
CREDITS = """
create table credits as
with dealt as (
    select
        cast(rowid as integer) as event_no, payee_no, combination, split_id, value,
        cast(quarter(occurred_on) - 1 as tinyint) as quarter_no
    from events
),
cut as (
    select
        event_no, payees.payee_no, combination, quarter_no, value,
        abs(value) * share as due, cast(trunc(due, 2) as decimal(18, 2)) as part
    from dealt
    inner join '{peers}/splits.parquet' as splits on splits.order_line_id = split_id
    inner join payees on payee_id = user_id
),
served as (
    select
        *,
        row_number() over (partition by event_no order by due - part desc, payee_no)
        <= 100 * (abs(value) - sum(part) over (partition by event_no)) as gets_cent
    from cut
)
select event_no, payee_no, combination, quarter_no, value from dealt where split_id is null
union all
select
    event_no, payee_no, combination, quarter_no,
    cast(sign(value) * (part + case when gets_cent then 0.01 else 0 end) as decimal(18, 2))
from served
order by event_no, payee_no;
"""

LINES = """
create table lines as
select cast(credits.rowid as integer) as credit_no, first_group + quarter_no as group_no, value as basis
from credits inner join received on source_no = payee_no
where cast(combination as bigint) * 1024 + component_no in (select match_no from matches);
"""

GROUPS = """
create table groups as
with totals as (select group_no, sum(basis) as total from lines group by group_no),
ladders as (
    select component_id, list(tier_from order by tier_from) as bounds, list(rate order by tier_from) as rates
    from '{peers}/plan_tiers.parquet'
    group by all
),
scaled as (
    select totals.group_no, total, payee_no, component_no, method, bounds, rates,
        case tier_key when 'attainment' then quota else 1 end as scale
    from totals
    inner join paid on first_group = group_no - group_no % 4
    inner join components using (component_no)
    inner join ladders using (component_id)
    inner join payees using (payee_no)
    left join '{peers}/quotas.parquet' as quotas on quotas.payee_id = payees.payee_id and quarter(period_start) = group_no % 4 + 1
)
select
    group_no,
    payee_no,
    component_no,
    case
        when scale is null then 0
        when method = 'flat' then rates[1]
        when method = 'retroactive' then coalesce(list_last(list_filter(rates, (rate, place) -> total >= bounds[place] * scale)), 0)
    end as whole_rate,
    {columns}
from scaled;
"""

# A line within one tier has that tier's rate; only one that crosses a bound is paid slice by slice.
PAID = """
create table payout_lines as
with placed as (
    select *, sum(basis) over (partition by group_no order by credit_no rows unbounded preceding) as position
    from lines
),
walked as (
    select placed.* replace (cast(position as decimal(18, 2)) as position), groups.* exclude (group_no),
        cast(position - basis as decimal(18, 2)) as before, least(position, before) as low, greatest(position, before) as high
    from placed inner join groups using (group_no)
),
rated as (
    select *, case when whole_rate is not null then whole_rate when high <= bound_1 then 0 {same_tier} end as rate
    from walked
)
select
    group_no, credit_no, basis, position, rate,
    cast(case when rate is not null then round(basis * rate, 2) else round({slices}, 2) end as decimal(18, 2)) as amount
from rated;
"""

TOTALS = "create table payout_totals as select group_no, count(*) as line_count, sum(amount) as amount from payout_lines group by all;"


def run(folder: Path) -> dict[str, object]:
    """Calculates W below `folder` into a fresh database file there; returns seconds, peak memory and the sum."""
    peers, file = folder / "peers", folder / "slim.duckdb"
    file.unlink(missing_ok=True)
    measured = Measured("slim")
    with duckdb.connect(str(file), config={"threads": 2, "preserve_insertion_order": True}) as connection:
        marks = [
            str(mark)
            for (mark,) in connection.execute(
                f"select distinct cast(value as decimal(18, 10)) as mark from '{peers}/plan_conditions.parquet'"
                " where dimension = 'margin_rate' order by mark"
            ).fetchall()
        ]
        numbers = range(1, TIERS + 1)
        names = {
            "peers": peers,
            "bands": len(marks) + 1,
            "marks": f"[{', '.join(marks)}]",
            "band": " + ".join(f"cast(margin_rate >= {mark} as integer)" for mark in marks) or "0",
            "columns": ", ".join(f"{_bound(no)} as bound_{no}, rates[{no}] as rate_{no}" for no in numbers),
            "same_tier": " ".join(
                f"when low >= bound_{no}" + (f" and high <= bound_{no + 1}" if no < TIERS else "") + f" then rate_{no}"
                for no in numbers
            ),
            "slices": " + ".join(
                f"cast({_clipped('position', no)} - {_clipped('before', no)} as decimal(24, 6)) * rate_{no}"
                for no in numbers
            ),
        }
        for step, script in {
            "parties": PARTIES,
            "matches": MATCHES,
            "events": EVENTS,
            "credits": CREDITS,
            "lines": LINES,
            "groups": GROUPS,
            "paid": PAID,
            "totals": TOTALS,
        }.items():
            connection.execute(script.format(**names))
            measured.mark(step)
        result = measured.result(*connection.execute("select count(*), sum(amount) from payout_lines").fetchall()[0])
    file.unlink()
    return result


def _bound(tier: int) -> str:
    scaled = f"cast(bounds[{tier}] * scale as decimal(18, 6))"
    # A first tier from 0 on also covers what lies below: more returns than sales.
    return f"case when {scaled} > 0 then {scaled} else -100000000000 end" if tier == 1 else scaled


def _clipped(position: str, tier: int) -> str:
    above = f"greatest({position}, bound_{tier})"
    return above if tier == TIERS else f"least({above}, bound_{tier + 1})"


if __name__ == "__main__":
    Measured.tell(run(Path(sys.argv[1])))
