{#
    Grain: one row per source table and day that a source has sent control totals for. Additive: the counts, difference.
    A quarantined row that a correction settles was delivered twice; totals may count both deliveries or one. A quarantined row
    whose day cannot be read counts for the earliest day that is short of rows. Amounts are compared where all of them can be read.
#}
with

control_totals as (
    select
        source,
        day,
        stated_count,
        stated_amount
    from {{ ref('stg_ingest__control_totals') }}
),

controlled_days as (
    select
        table_name,
        day_on,
        quarter_at,
        row_count,
        amount
    from {{ ref('stg_ingest__controlled_days') }}
),

cells as (
    select
        table_name,
        file_name,
        row_no,
        day_on,
        day_at,
        amount
    from {{ ref('stg_ingest__quarantine') }}
    where row_no > 0
),

settled as (
    select
        file_name,
        row_no
    from {{ ref('int_quarantined_rows_settled') }}
),

stated as (
    select
        source,
        day,
        sum(stated_count) as stated_count,
        case when count(*) = count(stated_amount) then sum(stated_amount) end as stated_amount
    from control_totals
    group by source, day
),

landed_on as (
    select
        table_name as source,
        coalesce(day_on, {{ company_date('quarter_at') }}) as day,
        row_count,
        amount
    from controlled_days
),

landed as (
    select
        source,
        day,
        sum(row_count) as landed_count,
        sum(amount) as landed_amount
    from landed_on
    group by source, day
),

quarantined_rows as (
    select
        table_name as source,
        file_name,
        row_no,
        max(coalesce(day_on, {{ company_date('day_at') }})) as day,
        max(amount) as amount
    from cells
    group by table_name, file_name, row_no
),

quarantined_rows_settled as (
    select
        quarantined_rows.source,
        quarantined_rows.day,
        quarantined_rows.amount,
        case when settled.row_no is not null then 1 else 0 end as is_settled
    from quarantined_rows
    left join settled
        on
            quarantined_rows.file_name = settled.file_name
            and quarantined_rows.row_no = settled.row_no
),

quarantined as (
    select
        source,
        day,
        count(*) as quarantined_count,
        sum(is_settled) as settled_count,
        sum(amount) as quarantined_amount,
        sum(case when is_settled = 1 then amount end) as settled_amount,
        count(*) - count(amount) as unread_count
    from quarantined_rows_settled
    where day is not null
    group by source, day
),

undated as (
    select
        source,
        count(*) as undated_count
    from quarantined_rows_settled
    where day is null
    group by source
),

found as (
    select
        stated.source,
        stated.day,
        stated.stated_count,
        stated.stated_amount,
        coalesce(landed.landed_count, 0) as landed_count,
        landed.landed_amount,
        coalesce(quarantined.quarantined_count, 0) as quarantined_count,
        coalesce(quarantined.settled_count, 0) as settled_count,
        coalesce(quarantined.quarantined_amount, 0) as quarantined_amount,
        coalesce(quarantined.settled_amount, 0) as settled_amount,
        coalesce(quarantined.unread_count, 0) as unread_count,
        coalesce(undated.undated_count, 0) as undated_count
    from stated
    left join landed
        on
            stated.source = landed.source
            and stated.day = landed.day
    left join quarantined
        on
            stated.source = quarantined.source
            and stated.day = quarantined.day
    left join undated
        on stated.source = undated.source
),

-- rows short or too many, whichever way settled rows are counted
counted as (
    select
        source,
        day,
        stated_count,
        stated_amount,
        landed_count,
        landed_amount,
        quarantined_count,
        settled_count,
        quarantined_amount,
        settled_amount,
        unread_count,
        undated_count,
        stated_count - landed_count - quarantined_count as missing_count,
        landed_count + quarantined_count - settled_count - stated_count as extra_count
    from found
),

summed as (
    select
        source,
        day,
        stated_count,
        stated_amount,
        landed_count,
        landed_amount,
        quarantined_count,
        settled_count,
        quarantined_amount,
        settled_amount,
        unread_count,
        undated_count,
        missing_count,
        extra_count,
        sum(case when missing_count > 0 then missing_count else 0 end) over (
            partition by source
            order by day
            rows unbounded preceding
        ) as missing_until
    from counted
),

explained as (
    select
        source,
        day,
        stated_count,
        stated_amount,
        landed_count,
        landed_amount,
        quarantined_count,
        quarantined_amount,
        settled_amount,
        unread_count,
        missing_count,
        extra_count,
        case
            when missing_count <= 0 then 0
            when missing_until <= undated_count then missing_count
            when missing_until - missing_count < undated_count then undated_count - missing_until + missing_count
            else 0
        end as explained_count
    from summed
),

compared as (
    select
        source,
        day,
        stated_count,
        stated_amount,
        landed_count,
        quarantined_count,
        case
            when missing_count > 0 then missing_count - explained_count
            when extra_count > 0 then -extra_count
            else 0
        end as difference,
        case
            when stated_amount is null or landed_amount is null or unread_count > 0 or explained_count > 0 then null
            when stated_amount = landed_amount + quarantined_amount - settled_amount then stated_amount
            else landed_amount + quarantined_amount
        end as found_amount
    from explained
),

final as (
    select
        source,
        day,
        cast(stated_count as bigint) as stated_count,
        cast(landed_count as bigint) as landed_count,
        cast(quarantined_count as bigint) as quarantined_count,
        cast(difference as bigint) as difference,
        cast(case when found_amount is not null then stated_amount end as {{ money() }}) as stated_amount,
        cast(found_amount as {{ money() }}) as found_amount,
        cast(stated_amount - found_amount as {{ money() }}) as amount_difference
    from compared
)

select * from final
