"""What lands: the tables of the raw and plan contracts, each with its key and its columns in their order.

A line is `table | key | columns`; a column is `name` (text) or `name:type`, `!` is never null, `=x` the default of an empty cell.
"""

from __future__ import annotations

from dataclasses import dataclass

_TABLES = """
crm.users | user_id | user_id:text! name:text! email im_user_id currency:text! hired_on:date! terminated_on:date
    company_id updated_at:timestamp!
crm.user_assignments | user_id valid_from | user_id:text! valid_from:date! valid_to:date role:text! team_id:text!
    manager_id region updated_at:timestamp!
crm.absences | absence_id | absence_id:text! user_id:text! starts_on:date! ends_on:date! kind:text!
    updated_at:timestamp!
crm.teams | team_id | team_id:text! name:text! parent_team_id leader_user_id region updated_at:timestamp!
crm.accounts | account_id | account_id:text! name:text! industry tier region owner_user_id is_key_account:bool
    created_at:timestamp! updated_at:timestamp!
crm.opportunities | opportunity_id | opportunity_id:text! account_id:text! owner_user_id:text! name stage:text!
    amount:money currency:text! product_line lead_source created_at:timestamp! expected_close_on:date
    closed_at:timestamp is_closed:bool! is_won:bool! updated_at:timestamp!
crm.opportunity_team | opportunity_id user_id kind | opportunity_id:text! user_id:text! kind:text! share:decimal!
    updated_at:timestamp!
crm.activities | activity_id | activity_id:text! kind:text! user_id:text! account_id opportunity_id
    occurred_at:timestamp! duration_minutes:int outcome updated_at:timestamp!
crm.deal_registrations | registration_id | registration_id:text! account_id:text! user_id dealer_id
    registered_at:timestamp! expires_on:date! status:text! updated_at:timestamp!
messaging.interactions | interaction_id | interaction_id:text! user_id:text! account_id:text! occurred_at:timestamp!
    direction:text! message_count:int! updated_at:timestamp!
erp.products | product_id | product_id:text! name:text! product_line:text! unit list_price:money standard_cost:money
    currency:text! launched_on:date updated_at:timestamp!
erp.orders | order_id | order_id:text! account_id opportunity_id sales_user_id dealer_id channel:text!
    ordered_at:timestamp! status:text! currency:text! updated_at:timestamp!
erp.order_lines | order_line_id | order_line_id:text! order_id:text! product_id:text! quantity:decimal!
    net_amount:money! cost_amount:money updated_at:timestamp!
erp.order_splits | order_id user_id kind | order_id:text! user_id:text! kind:text! share:decimal!
    updated_at:timestamp!
erp.invoices | invoice_id | invoice_id:text! order_id:text! invoiced_on:date! due_on:date! net_amount:money!
    currency:text! updated_at:timestamp!
erp.payments | payment_id | payment_id:text! invoice_id:text! paid_on:date! amount:money! currency:text!
    updated_at:timestamp!
erp.returns | return_id | return_id:text! order_line_id:text! returned_on:date! quantity:decimal! net_amount:money!
    updated_at:timestamp!
erp.fx_rates | currency rate_on | currency:text! rate_on:date! rate_to_base:rate! updated_at:timestamp!
channel.dealers | dealer_id | dealer_id:text! name:text! tier region manager_user_id currency:text!
    onboarded_on:date! terminated_on:date im_user_id company_id updated_at:timestamp!
channel.dealer_order_lines | dealer_order_line_id | dealer_order_line_id:text! dealer_order_id:text! dealer_id:text!
    product_id:text! ordered_at:timestamp! quantity:decimal! net_amount:money! cost_amount:money currency:text!
    status:text! account_id updated_at:timestamp!
channel.dealer_payments | dealer_payment_id | dealer_payment_id:text! dealer_order_id:text! paid_on:date!
    amount:money! currency:text! updated_at:timestamp!
channel.sell_through | sell_through_id | sell_through_id:text! dealer_id:text! product_id:text! terminal_id
    sold_on:date! quantity:decimal! net_amount:money! currency:text! updated_at:timestamp!
service.tickets | ticket_id | ticket_id:text! account_id:text! assignee_user_id kind opened_at:timestamp!
    resolved_at:timestamp satisfaction_score:decimal updated_at:timestamp!
education.classes | class_id | class_id:text! course:text! teacher_user_id:text! capacity:int! starts_on:date!
    ends_on:date! updated_at:timestamp!
education.enrolments | enrolment_id | enrolment_id:text! class_id:text! student_id:text! enrolled_at:timestamp!
    is_trial:bool! converted_at:timestamp net_amount:money! currency:text! renewed_at:timestamp
    refunded_at:timestamp updated_at:timestamp!
plans.plans | plan_id | plan_id:text! name:text! company_id status:text! payee_kind:text! currency:text!
    period:text! valid_from:date! valid_to:date supersedes industry summary
plans.plan_assignments | assignment_id | assignment_id:text! plan_id:text! subject_kind:text! subject_id
    valid_from:date! valid_to:date target_incentive:money personal_factor:decimal=1 excluded:bool=false
plans.plan_components | component_id | component_id:text! plan_id:text! seq:int! name:text! kind:text! measure:text!
    credit_level:text=own method:text! tier_key:text=amount quota_measure accumulate:text=period weight:decimal=1
    prorate:bool=true cap_per_event:money cap_per_period:money floor_per_period:money gate_measure
    gate_subject:text=payee gate_key:text=attainment gate_min:decimal gate_max:decimal hold_share:decimal=0
    hold_until clawback_unpaid_days:int rank_within:text=plan rank_subject:text=payee valid_from:date valid_to:date
plans.plan_tiers | component_id tier_from | component_id:text! tier_from:decimal! rate:decimal amount:money
plans.plan_scorecard_kpis | component_id measure | component_id:text! measure:text! weight:decimal! target:decimal!
    min_score:decimal=0 max_score:decimal=1.5
plans.plan_modifiers | modifier_id | modifier_id:text! component_id:text! name:text! factor:decimal! scope:text!
    stack:text=multiply gate_measure gate_subject:text=payee gate_key:text=attainment gate_min:decimal
    gate_max:decimal
plans.plan_conditions | owner_id dimension operator value | owner_id:text! dimension:text! operator:text! value
plans.credit_rules | credit_rule_id | credit_rule_id:text! measure:text! receives:text! share:decimal! company_id
    valid_from:date! valid_to:date
plans.quotas | subject_kind subject_id measure period period_start | subject_kind:text! subject_id:text!
    measure:text! period:text! period_start:date! quota:decimal!
plans.plan_draws | draw_id | draw_id:text! plan_id:text! kind:text! amount:money! first_month:int=0 months:int!
plans.contest_entries | component_id subject_kind subject_id | component_id:text! subject_kind:text!
    subject_id:text! group_id:text!
plans.triggers | trigger_id | trigger_id:text! name:text! metric:text! subject_kind:text! window_days:int!
    operator:text! threshold:decimal! action:text! component_id active_days:int cooldown_days:int! message:text!
plans.scenario_overrides | scenario_id table_name row_key column_name | scenario_id:text! table_name:text!
    row_key:text! column_name:text! value
plans.period_closes | plan_period period_start plan_id | plan_period:text! period_start:date! plan_id
    closed_at:timestamp! approved_by:text!
plans.contribution_coefficients | channel region product_line valid_from | channel region product_line
    coefficient:decimal! valid_from:date! valid_to:date reason
plans.manual_adjustments | adjustment_id | adjustment_id:text! payee_id:text! plan_id:text! component_id
    period_start:date! amount:money! currency:text! reason:text! dispute_id requested_by:text! approved_by:text!
plans.payment_holds | hold_id | hold_id:text! payee_id order_id held_from:date! released_on:date reason:text!
    approved_by:text!
plans.trigger_firings | trigger_id subject_kind subject_id fired_on | trigger_id:text! subject_kind:text!
    subject_id:text! fired_on:date! value:decimal active_until:date!
plans.kpi_targets | subject_kind subject_id kpi period period_start | subject_kind:text! subject_id kpi:text!
    period:text! period_start:date! target:decimal!
"""


@dataclass(frozen=True)
class Table:
    """A landed table: the columns of its key, and of each column its type, whether it is needed, and its default."""

    key: tuple[str, ...]
    columns: dict[str, tuple[str, bool, str | None]]


def _column(written: str) -> tuple[str, tuple[str, bool, str | None]]:
    name, _, form = written.partition(":")
    form, _, default = form.partition("=")
    return name, (form.rstrip("!") or "text", form.endswith("!"), default or None)


def _read() -> dict[str, Table]:
    tables = {}
    for line in _TABLES.replace("\n    ", " ").strip().splitlines():
        name, key, columns = (part.strip() for part in line.split("|"))
        tables[name] = Table(tuple(key.split()), dict(map(_column, columns.split())))
    return tables


TABLES = _read()
