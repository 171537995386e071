{# Grain: one row per payee and span: the code of the combination of value classes of the payee on its days. #}
with

classes as (
    select
        dimension,
        value,
        class_code
    from {{ ref('int_dimension_classes') }}
),

spans as (
    select
        span_no,
        payee_id,
        payee_kind,
        role,
        team_id,
        region,
        tenure_band,
        hired_on
    from {{ ref('int_payee_spans') }}
),

final as (
    select
        spans.span_no,
        spans.payee_kind,
        spans.payee_id,
        spans.hired_on,
        {{ class_code(payee_dimensions()) }} as class_code
    from spans
    {{- classes_joined(payee_dimensions()) }}
)

select * from final
