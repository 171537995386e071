"""OULAD: 32,593 registrations in 22 classes of the Open University, of which one in three is given up.

Stated choices, because the source has neither money nor teachers: 1,000 GBP for 60 credits, one teacher a module, classes that
begin on the first of February or October, a capacity of the registrations rounded up to the next 500. Whoever has not
withdrawn by day 0 is converted on it and refunded on the day of leaving; the next presentation's registration of the same
student is a renewal. Registrations without a day have no enrolled_at, and the quarantine names them.

The mapping's gate on class_fill_rate is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from demo.public.common import Landing, command_line, noon

TIMEZONE = "Europe/London"
CURRENCY = "GBP"
PLAN_ID = "oulad-teachers"
TEACHER = "teacher"
_MASTER_DAY = date(2012, 1, 1)
_PLAN_STARTS = date(2013, 1, 1)

_CLASSES = """
create table classes as
select
    concat(code_module, '-', code_presentation) as class_id,
    code_module as course,
    make_date(
        cast(left(code_presentation, 4) as integer), case right(code_presentation, 1) when 'B' then 2 else 10 end, 1
    ) as starts_on,
    cast(module_presentation_length as integer) as days
from read_csv($courses, all_varchar = true)
"""

_ENROLMENTS = """
create table enrolments as
with
dated as (
    select
        registrations.id_student,
        classes.class_id,
        classes.starts_on,
        classes.starts_on + cast(registrations.date_registration as integer) as enrolled_on,
        cast(registrations.date_unregistration as integer) as left_after,
        cast(infos.studied_credits as integer) as credits
    from read_csv($registrations, all_varchar = true) as registrations
    inner join classes
        on classes.class_id = concat(registrations.code_module, '-', registrations.code_presentation)
    inner join read_csv($infos, all_varchar = true) as infos
        using (code_module, code_presentation, id_student)
),
starts as (
    select id_student, starts_on, min(enrolled_on) as enrolled_on
    from dated
    group by all
),
presentations as (
    select
        id_student,
        starts_on,
        lead(enrolled_on) over (partition by id_student order by starts_on) as renewed_on
    from starts
)
select
    dated.id_student,
    dated.class_id,
    dated.enrolled_on,
    case when coalesce(dated.left_after, 1) > 0 then dated.starts_on end as converted_on,
    case when dated.left_after > 0 then dated.starts_on + dated.left_after end as refunded_on,
    presentations.renewed_on,
    dated.credits,
    dated.starts_on
from dated
inner join presentations using (id_student, starts_on)
"""


def convert(data: Path, out: Path) -> Landing:
    """Writes the classes, registrations and stated teachers, and a quarterly plan, as landing files."""
    landing = Landing(out, "oulad")
    master = noon(_MASTER_DAY, TIMEZONE)
    with duckdb.connect() as source:
        source.execute(_CLASSES, {"courses": str(data / "courses.csv")})
        source.execute(
            _ENROLMENTS,
            {
                "registrations": str(data / "studentRegistration.csv.gz"),
                "infos": str(data / "studentInfo.csv.gz"),
            },
        )
        _education(source, landing, master)
        modules = [module for (module,) in source.execute("select distinct course from classes order by 1").fetchall()]
    landing.write(
        "crm.users",
        (
            {
                "user_id": f"teacher-{module}",
                "name": f"Teacher of {module}",
                "currency": CURRENCY,
                "hired_on": _MASTER_DAY.isoformat(),
                "updated_at": master,
            }
            for module in modules
        ),
    )
    landing.write(
        "crm.user_assignments",
        (
            {
                "user_id": f"teacher-{module}",
                "valid_from": _MASTER_DAY.isoformat(),
                "role": TEACHER,
                "team_id": "Faculty",
                "updated_at": master,
            }
            for module in modules
        ),
    )
    landing.write("crm.teams", [{"team_id": "Faculty", "name": "Faculty", "updated_at": master}])
    _plans(landing, master)
    return landing


def _education(source: duckdb.DuckDBPyConnection, landing: Landing, master: str) -> None:
    landing.copy(
        source,
        "education.classes",
        f"""
        select
            class_id,
            course,
            concat('teacher-', course) as teacher_user_id,
            (
                select (count(*) + 499) // 500 * 500
                from enrolments
                where enrolments.class_id = classes.class_id
            ) as capacity,
            starts_on,
            starts_on + days as ends_on,
            timestamp '{master}' as updated_at
        from classes
        order by class_id
        """,
    )

    def at(column: str) -> str:
        return f"timezone('UTC', timezone('{TIMEZONE}', {column} + interval 12 hour))"

    landing.copy(
        source,
        "education.enrolments",
        f"""
        select
            concat(class_id, '-', id_student) as enrolment_id,
            class_id,
            id_student as student_id,
            {at("enrolled_on")} as enrolled_at,
            false as is_trial,
            {at("converted_on")} as converted_at,
            cast(round(credits * 1000 / 60, 2) as decimal(18, 4)) as net_amount,
            '{CURRENCY}' as currency,
            {at("renewed_on")} as renewed_at,
            {at("refunded_on")} as refunded_at,
            {at("greatest(starts_on, enrolled_on, refunded_on, renewed_on)")} as updated_at
        from enrolments
        order by enrolment_id
        """,
    )


def _plans(landing: Landing, master: str) -> None:
    starts = _PLAN_STARTS.isoformat()
    landing.write_plans(
        master,
        {
            "plans": [
                {
                    "plan_id": PLAN_ID,
                    "name": "Teachers",
                    "status": "active",
                    "payee_kind": "employee",
                    "currency": CURRENCY,
                    "period": "quarter",
                    "valid_from": starts,
                    "summary": "20 for each seat that stays, 50 for each renewal, 60 for all of them from 100 a quarter on",
                }
            ],
            "plan_assignments": [
                {
                    "assignment_id": f"{PLAN_ID}-role",
                    "plan_id": PLAN_ID,
                    "subject_kind": "role",
                    "subject_id": TEACHER,
                    "valid_from": starts,
                }
            ],
            "plan_components": [
                {
                    "component_id": f"{PLAN_ID}-seats",
                    "plan_id": PLAN_ID,
                    "seq": "1",
                    "name": "Class seats",
                    "kind": "commission",
                    "measure": "class_seats",
                    "method": "flat",
                },
                {
                    "component_id": f"{PLAN_ID}-renewals",
                    "plan_id": PLAN_ID,
                    "seq": "2",
                    "name": "Class renewals",
                    "kind": "bonus",
                    "measure": "class_renewals",
                    "method": "retroactive",
                },
            ],
            "plan_tiers": [
                {"component_id": f"{PLAN_ID}-seats", "tier_from": "0", "rate": "20"},
                {"component_id": f"{PLAN_ID}-renewals", "tier_from": "0", "rate": "50"},
                {"component_id": f"{PLAN_ID}-renewals", "tier_from": "100", "rate": "60"},
            ],
            "plan_modifiers": [
                {
                    "modifier_id": f"{PLAN_ID}-small-course",
                    "component_id": f"{PLAN_ID}-seats",
                    "name": "Small course",
                    "factor": "1.1",
                    "scope": "event",
                }
            ],
            "plan_conditions": [
                {
                    "owner_id": f"{PLAN_ID}-small-course",
                    "dimension": "class_course",
                    "operator": "in",
                    "value": "AAA|GGG",
                }
            ],
        },
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    return command_line("demo.public.oulad", convert, TIMEZONE, CURRENCY, arguments)


if __name__ == "__main__":
    sys.exit(main())
