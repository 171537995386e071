{#
    Grain: one row per event, payee and kind of credit that comes on top of the direct one. No part of company totals. Rules of one kind
    add their shares to one credit; an overlay row counts by itself where no overlay rule holds (engine.md §2, §8 B2, B9).
#}
with

candidates as (
    select
        event_no,
        rule_no,
        receives,
        payee_kind,
        payee_id,
        share,
        class_code
    from {{ ref('int_rule_candidates') }}
),

matches as (
    select
        rule_no,
        class_code
    from {{ ref('int_rule_matches') }}
),

rules as (
    select
        rule_no,
        credit_rule_id
    from {{ ref('int_credit_rules_numbered') }}
),

events as (
    select
        event_no,
        measure,
        value,
        currency
    from {{ ref('int_events') }}
),

measures as (
    select
        measure,
        unit_kind
    from {{ ref('measures') }}
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

ruled as (
    select
        candidates.event_no,
        candidates.payee_kind,
        candidates.payee_id,
        candidates.receives as credit_kind,
        sum(candidates.share) as share,
        {{ text_list('rules.credit_rule_id', 'rules.credit_rule_id') }} as credit_rules
    from candidates
    inner join matches
        on
            candidates.rule_no = matches.rule_no
            and candidates.class_code = matches.class_code
    inner join rules
        on candidates.rule_no = rules.rule_no
    group by candidates.event_no, candidates.payee_kind, candidates.payee_id, candidates.receives
),

unruled as (
    select
        candidates.event_no,
        candidates.payee_kind,
        candidates.payee_id,
        candidates.receives as credit_kind,
        candidates.share
    from candidates
    left join ruled
        on
            candidates.event_no = ruled.event_no
            and candidates.payee_kind = ruled.payee_kind
            and candidates.payee_id = ruled.payee_id
            and candidates.receives = ruled.credit_kind
    where
        candidates.rule_no = 0
        and ruled.event_no is null
),

shared as (
    select
        event_no,
        payee_kind,
        payee_id,
        credit_kind,
        share,
        credit_rules
    from ruled
    union all
    select
        event_no,
        payee_kind,
        payee_id,
        credit_kind,
        share,
        cast(null as {{ dbt.type_string() }}) as credit_rules
    from unruled
),

-- measures that are no money are cut to 0.0001
valued as (
    select
        shared.event_no,
        shared.payee_kind,
        shared.payee_id,
        shared.credit_kind,
        shared.share,
        shared.credit_rules,
        {{ mul10('events.value', 'shared.share') }} as value,
        case when measures.unit_kind = 'money' then coalesce(currencies.minor_units, 4) else 4 end as minor_units
    from shared
    inner join events
        on shared.event_no = events.event_no
    inner join measures
        on events.measure = measures.measure
    left join currencies
        on events.currency = currencies.currency
),

final as (
    select
        event_no,
        payee_kind,
        payee_id,
        credit_kind,
        cast(share as {{ share() }}) as share,
        {{ round_minor('value', 'minor_units') }} as value,
        credit_rules
    from valued
)

select * from final
