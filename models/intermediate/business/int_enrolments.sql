{#
    Grain: one row per enrolment, with its class. Additive: net_amount within a currency. An enrolment whose class has not come has no
    course and no teacher: it is kept, and nobody is credited until the class comes. is_high_potential_class: enough of the seats were
    converted, and not refunded, before the class began (docs/engine.md §8 A10); null without a class.
#}
with

enrolments as (
    select
        enrolment_id,
        class_id,
        student_id,
        is_trial,
        net_amount,
        currency,
        {{ company_date('enrolled_at') }} as enrolled_on,
        {{ company_date('converted_at') }} as converted_on,
        {{ company_date('renewed_at') }} as renewed_on,
        {{ company_date('refunded_at') }} as refunded_on,
        source_file,
        source_row
    from {{ ref('stg_education__enrolments') }}
),

classes as (
    select
        class_id,
        course,
        teacher_user_id,
        capacity,
        starts_on
    from {{ ref('stg_education__classes') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

thresholds as (
    select value as fill_rate
    from {{ ref('thresholds') }}
    where threshold = 'high_potential_class_fill_rate'
),

filled as (
    select
        classes.class_id,
        classes.capacity,
        count(enrolments.enrolment_id) as seat_count
    from classes
    cross join parameters
    left join enrolments
        on
            classes.class_id = enrolments.class_id
            and classes.starts_on > enrolments.converted_on
            and parameters.as_of_on >= enrolments.converted_on
            and (enrolments.refunded_on is null or classes.starts_on <= enrolments.refunded_on)
    group by classes.class_id, classes.capacity
),

rated as (
    select
        filled.class_id,
        case
            when filled.capacity > 0
                then {{ quotient10('filled.seat_count', 'filled.capacity') }} >= thresholds.fill_rate
            else false
        end as is_high_potential_class
    from filled
    cross join thresholds
),

final as (
    select
        enrolments.enrolment_id,
        enrolments.class_id,
        enrolments.student_id,
        classes.course,
        classes.teacher_user_id,
        rated.is_high_potential_class,
        enrolments.is_trial,
        enrolments.net_amount,
        enrolments.currency,
        enrolments.enrolled_on,
        enrolments.converted_on,
        enrolments.renewed_on,
        enrolments.refunded_on,
        enrolments.source_file,
        enrolments.source_row
    from enrolments
    left join classes
        on enrolments.class_id = classes.class_id
    left join rated
        on enrolments.class_id = rated.class_id
)

select * from final
