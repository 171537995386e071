{#
    Grain: one row per enrolment, with its class. Additive: net_amount within a currency. An enrolment whose class has not come has no
    course and no teacher: it is kept, and nobody is credited until the class comes.
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
        teacher_user_id
    from {{ ref('stg_education__classes') }}
),

final as (
    select
        enrolments.enrolment_id,
        enrolments.class_id,
        enrolments.student_id,
        classes.course,
        classes.teacher_user_id,
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
)

select * from final
