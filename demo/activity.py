"""What people do all day: activities, conversations, service tickets, leave, and the training school."""

from __future__ import annotations

import numpy as np

from demo import catalogue
from demo.company import Company
from demo.files import MISSING, Array, Table, as_text, digits, joined
from demo.trade import Trade, day_weights, employment, later, moments, office_hours, own_account, pick_days, slump

KINDS = np.array(["visit", "call", "meeting", "demo", "email"], dtype=object)
KIND_SHARES = {True: [0.05, 0.66, 0.04, 0.04, 0.21], False: [0.30, 0.40, 0.10, 0.09, 0.11]}
OUTCOMES = np.array(["interested", "follow_up", "no_answer", "quote_requested", "not_now", None], dtype=object)


def _diligence(company: Company) -> tuple[Array, Array]:
    """Employment bounds of each seller, and how much each does: diligence is a part of skill."""
    bounds = np.array([employment(company, person) for person in company.sellers])
    return bounds, np.array([person.skill**0.6 for person in company.sellers])


def _around_deals(company: Company, rng: np.random.Generator, trade: Trade) -> tuple[Array, ...]:
    """What is done about opportunities: seller or engineer, account, opportunity, kind and day.

    Those that are visited before they close have their visit; seven in ten have something else as well, half of it a
    demonstration by an engineer.
    """
    first = trade.opportunities.take(np.arange(len(trade.visits)))
    visited = np.flatnonzero(trade.visits >= 0)
    other = rng.choice(len(first), round(0.7 * len(first)), replace=False)
    opened = (first["created_at"][other].astype("datetime64[D]") - np.datetime64(company.first_day)).astype(int)
    engineers = as_text(person.user_id for person in company.people if person.role == "sales_engineer")
    by_engineer = rng.random(len(other)) < 0.5
    owner = first["owner_user_id"]
    return (
        np.concatenate([owner[visited], np.where(by_engineer, rng.choice(engineers, len(other)), owner[other])]),
        first["account_id"][np.append(visited, other)],
        first["opportunity_id"][np.append(visited, other)],
        np.append(as_text(["visit"] * len(visited)), np.where(by_engineer, "demo", rng.choice(KINDS[1:4], len(other)))),
        np.append(trade.visits[visited], np.minimum(opened + rng.integers(0, 25, len(other)), company.day_count - 1)),
    )


def _activities(company: Company, rng: np.random.Generator, trade: Trade) -> Table:
    """About 45 a seller and month, one in four of them in the weeks before a repeat order of the same account."""
    bounds, diligence = _diligence(company)
    counts = rng.poisson(45 * diligence * (bounds[:, 1] - bounds[:, 0] + 1) / 30.4)
    seller = np.repeat(np.arange(len(company.sellers)), counts)
    day = pick_days(rng, np.sqrt(day_weights(company)), bounds[seller, 0], bounds[seller, 1])
    done = rng.random(len(seller)) < slump(company, seller, day)
    seller, day = seller[done], day[done]
    account = own_account(company, rng, seller, day)
    sold = np.flatnonzero((trade.seller >= 0) & (trade.day >= 0) & (trade.deal < 0))
    before = rng.choice(len(seller), len(seller) // 4, replace=False)
    order = rng.choice(sold, len(before))
    day_before = trade.day[order] - rng.integers(1, 28, len(before))
    fits = day_before >= bounds[trade.seller[order], 0]
    before, order, day_before = before[fits], order[fits], day_before[fits]
    seller[before], account[before], day[before] = trade.seller[order], trade.account[order], day_before
    inside = np.array([person.role == "inside_sales" for person in company.sellers])[seller]
    count = len(seller)
    kind = np.where(
        inside, rng.choice(KINDS, count, p=KIND_SHARES[True]), rng.choice(KINDS, count, p=KIND_SHARES[False])
    )
    deal_user, deal_account, opportunity, deal_kind, deal_day = _around_deals(company, rng, trade)
    user = np.concatenate([company.seller_ids[seller], deal_user])
    account_id = np.concatenate([company.accounts.ids[account], deal_account])
    opportunity = np.concatenate([as_text([None] * count), opportunity])
    kind = np.concatenate([kind, deal_kind])
    day = np.concatenate([day, deal_day])
    order = np.argsort(day, kind="stable")
    count = len(order)
    stamps = moments(company, day[order], office_hours(rng, count))
    return Table(
        "crm.activities",
        {
            "activity_id": company.branch.numbered("ACT", count, 6),
            "kind": kind[order],
            "user_id": user[order],
            "account_id": account_id[order],
            "opportunity_id": opportunity[order],
            "occurred_at": stamps,
            "duration_minutes": np.where(kind[order] == "email", MISSING, rng.integers(1, 24, count) * 5),
            "outcome": rng.choice(OUTCOMES, count),
            "updated_at": later(company, stamps, rng.integers(60, 40_000, count)),
        },
    )


def _interactions(company: Company, rng: np.random.Generator, trade: Trade) -> Table:
    """Conversation days on WeCom, DingTalk and WhatsApp: two or three in each month in which an account is talked to."""
    bounds, diligence = _diligence(company)
    accounts = company.accounts
    account, month = np.nonzero(trade.talked[:, 1:])
    seller = accounts.owner[account]
    months = (np.datetime64(company.first_day, "M") + np.arange(trade.talked.shape[1])).astype("datetime64[D]")
    starts = (months - np.datetime64(company.first_day)).astype(int)
    first = np.maximum.reduce([starts[month], bounds[seller, 0], accounts.created[account]])
    last = np.minimum(starts[month + 1] - 1, bounds[seller, 1])
    there = np.flatnonzero(first <= last)
    times = np.repeat(there, 1 + rng.poisson(1.3 * diligence[seller[there]]))
    day = pick_days(rng, np.sqrt(day_weights(company)), first[times], last[times])
    order = np.argsort(day, kind="stable")
    times, day = times[order], day[order]
    stamps = moments(company, day, office_hours(rng, len(day)))
    return Table(
        "messaging.interactions",
        {
            "interaction_id": company.branch.numbered("MSG", len(day), 6),
            "user_id": company.seller_ids[seller[times]],
            "account_id": accounts.ids[account[times]],
            "occurred_at": stamps,
            "direction": rng.choice(np.array(["in", "out"], dtype=object), len(day)),
            "message_count": 1 + rng.poisson(5, len(day)),
            "updated_at": later(company, stamps, rng.integers(600, 30_000, len(day))),
        },
    )


def _tickets(company: Company, rng: np.random.Generator) -> Table:
    """Work orders of the field service; nine in ten are resolved within two weeks."""
    count = round(2600 * company.scale * company.day_count / 546)
    day = np.sort(rng.integers(0, company.day_count, count))
    opened = moments(company, day, office_hours(rng, count))
    resolved = opened + rng.integers(7200, 1_200_000, count).astype("timedelta64[s]")
    done = (resolved < company.end) & (rng.random(count) < 0.93)
    engineers = as_text(person.user_id for person in company.people if person.role == "service_engineer")
    scored = done & (rng.random(count) < 0.6)
    return Table(
        "service.tickets",
        {
            "ticket_id": company.branch.numbered("TK", count, 5),
            "account_id": company.accounts.ids[rng.integers(0, len(company.accounts.ids), count)],
            "assignee_user_id": rng.choice(engineers, count),
            "kind": rng.choice(np.array(["installation", "repair", "calibration", "complaint"], dtype=object), count),
            "opened_at": opened,
            "resolved_at": np.where(done, resolved, np.datetime64("NaT")),
            "satisfaction_score": np.where(scored, 10_000 * rng.choice([2, 3, 4, 4, 5, 5, 5], count), MISSING),
            "updated_at": np.where(done, resolved, later(company, opened, np.full(count, 600))),
        },
    )


def _absences(company: Company, rng: np.random.Generator) -> Table:
    """Annual leave of everyone, and a few long leaves that pro-rate a quota visibly."""
    cells: dict[str, list[Array]] = {"user": [], "first": [], "length": [], "kind": []}
    bounds = np.array([employment(company, person) for person in company.people])
    users = as_text(person.user_id for person in company.people)
    for kind, chance, low, high in (
        ("annual", 1.0, 3, 9),
        ("annual", 0.7, 2, 6),
        ("sick", 0.3, 1, 8),
        ("parental", 0.05, 60, 120),
    ):
        away = np.flatnonzero((rng.random(len(users)) < chance) & (bounds[:, 1] - bounds[:, 0] > 150))
        first = bounds[away, 0] + ((bounds[away, 1] - bounds[away, 0] - 130) * rng.random(len(away))).astype(int)
        cells["user"].append(users[away])
        cells["first"].append(first)
        cells["length"].append(rng.integers(low, high, len(away)))
        cells["kind"].append(as_text([kind] * len(away)))
    first = np.concatenate(cells["first"])
    order = np.argsort(first, kind="stable")
    first = first[order]
    return Table(
        "crm.absences",
        {
            "absence_id": company.branch.numbered("ABS", len(first), 4),
            "user_id": np.concatenate(cells["user"])[order],
            "starts_on": company.days(first),
            "ends_on": company.days(first + np.concatenate(cells["length"])[order] - 1),
            "kind": np.concatenate(cells["kind"])[order],
            "updated_at": moments(company, first - 3, np.full(len(first), 36_000)),
        },
    )


def _school(company: Company, rng: np.random.Generator) -> list[Table]:
    """The training school: classes of ten weeks, trials that convert, renewals and a few refunds."""
    teachers = as_text(person.user_id for person in company.people if person.role == "trainer")
    count = round(42 * company.scale * company.day_count / 546) or 1
    starts = np.sort(rng.integers(5, company.day_count, count))
    capacity = rng.choice([12, 16, 20], count)
    classes = Table(
        "education.classes",
        {
            "class_id": company.branch.numbered("CL", count, 4),
            "course": rng.choice(np.array(catalogue.COURSES, dtype=object), count),
            "teacher_user_id": rng.choice(teachers, count),
            "capacity": capacity,
            "starts_on": company.days(starts),
            "ends_on": company.days(starts + 70),
            "updated_at": moments(company, starts - 30, np.full(count, 36_000)),
        },
    )
    seats = rng.binomial(capacity, 0.8)
    held = np.repeat(np.arange(count), seats)
    day = np.maximum(starts[held] - rng.integers(1, 40, len(held)), 0)
    order = np.argsort(day, kind="stable")
    held, day = held[order], day[order]
    enrolled = moments(company, day, office_hours(rng, len(held)))
    nothing = np.full(len(held), np.datetime64("NaT"), dtype="datetime64[s]")
    trial = rng.random(len(held)) < 0.4

    def after(low: int, high: int, chance: float, base: Array) -> Array:
        when = base + (rng.integers(low, high, len(held)) * 86_400).astype("timedelta64[s]")
        return np.where((rng.random(len(held)) < chance) & (when < company.end), when, nothing)

    converted = np.where(trial, after(1, 15, 0.6, enrolled), enrolled)
    refunded = np.where(np.isnat(converted), nothing, after(5, 30, 0.04, converted))
    renewed = np.where(np.isnat(refunded), after(65, 90, 0.45, converted), nothing)
    newest = enrolled
    for moment in (converted, refunded, renewed):
        newest = np.where(np.isnat(moment), newest, np.maximum(newest, moment))
    return [
        classes,
        Table(
            "education.enrolments",
            {
                "enrolment_id": company.branch.numbered("EN", len(held), 5),
                "class_id": classes["class_id"][held],
                "student_id": joined(
                    company.branch.named("S"), digits(rng.integers(1, round(400 * company.scale) + 2, len(held)), 5)
                ),
                "enrolled_at": enrolled,
                "is_trial": trial,
                "converted_at": converted,
                "net_amount": rng.choice([268_000, 328_000, 398_000], len(held)),
                "currency": as_text(["CNY"] * len(held)),
                "renewed_at": renewed,
                "refunded_at": refunded,
                "updated_at": newest,
            },
        ),
    ]


def simulate(company: Company, trade: Trade, seed: int) -> list[Table]:
    """The raw tables of activities, conversations, service, leave and training."""
    rng = company.branch.draws(seed, "activity")
    return [
        _activities(company, rng, trade),
        _interactions(company, rng, trade),
        _tickets(company, rng),
        _absences(company, rng),
        *_school(company, rng),
    ]
