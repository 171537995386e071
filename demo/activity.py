"""What people do all day: activities, conversations, service tickets, leave, and the training school."""

from __future__ import annotations

import numpy as np

from demo import catalogue
from demo.company import Company, draws
from demo.files import MISSING, Array, Table, as_text, numbered
from demo.trade import Trade, day_weights, employment, later, moments, office_hours, own_account, pick_days

KINDS = np.array(["visit", "call", "meeting", "demo", "email"], dtype=object)
KIND_SHARES = {True: [0.05, 0.66, 0.04, 0.04, 0.21], False: [0.30, 0.40, 0.10, 0.09, 0.11]}
OUTCOMES = np.array(["interested", "follow_up", "no_answer", "quote_requested", "not_now", None], dtype=object)


def _diligence(company: Company) -> tuple[Array, Array]:
    """Employment bounds of each seller, and how much each does: diligence is a part of skill."""
    bounds = np.array([employment(company, person) for person in company.sellers])
    return bounds, np.array([person.skill**0.6 for person in company.sellers])


def _activities(company: Company, rng: np.random.Generator, trade: Trade) -> Table:
    """About 45 a seller and month, one in four of them in the weeks before an order of the same account."""
    bounds, diligence = _diligence(company)
    counts = rng.poisson(45 * diligence * (bounds[:, 1] - bounds[:, 0] + 1) / 30.4)
    seller = np.repeat(np.arange(len(company.sellers)), counts)
    flat = np.sqrt(day_weights(company))
    day = pick_days(rng, flat, bounds[seller, 0], bounds[seller, 1])
    account = own_account(company, rng, seller, day)
    sold = np.flatnonzero((trade.seller >= 0) & (trade.day >= 0))
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
    user = as_text(company.sellers[one].user_id for one in seller)
    account_id = company.accounts.ids[account]
    opportunity = as_text([None] * count)

    deals = np.flatnonzero(~trade.opportunities["is_closed"].astype(bool))
    demonstrated = rng.choice(deals, round(0.7 * len(deals)), replace=False)
    engineers = as_text(person.user_id for person in company.people if person.role == "sales_engineer")
    deal_days = trade.opportunities["created_at"][demonstrated].astype("datetime64[D]") - np.datetime64(
        company.first_day
    )
    deal_day = np.minimum(deal_days.astype(int) + rng.integers(0, 25, len(demonstrated)), company.day_count - 1)
    by_engineer = rng.random(len(demonstrated)) < 0.5
    user = np.concatenate(
        [
            user,
            np.where(
                by_engineer,
                rng.choice(engineers, len(demonstrated)),
                trade.opportunities["owner_user_id"][demonstrated],
            ),
        ]
    )
    kind = np.concatenate(
        [kind, np.where(by_engineer, "demo", rng.choice(KINDS[:4], len(demonstrated))).astype(object)]
    )
    account_id = np.concatenate([account_id, trade.opportunities["account_id"][demonstrated]])
    opportunity = np.concatenate([opportunity, trade.opportunities["opportunity_id"][demonstrated]])
    day = np.concatenate([day, deal_day])
    order = np.argsort(day, kind="stable")
    count = len(order)
    stamps = moments(company, day[order], office_hours(rng, count))
    return Table(
        "crm.activities",
        {
            "activity_id": numbered("ACT", count, 6),
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


def _interactions(company: Company, rng: np.random.Generator) -> Table:
    """Conversation days on WeCom, DingTalk and WhatsApp: about 38 a seller and month."""
    bounds, diligence = _diligence(company)
    counts = rng.poisson(38 * diligence * (bounds[:, 1] - bounds[:, 0] + 1) / 30.4)
    seller = np.repeat(np.arange(len(company.sellers)), counts)
    day = np.sort(pick_days(rng, np.sqrt(day_weights(company)), bounds[seller, 0], bounds[seller, 1]))
    seller = rng.permutation(seller)
    kept = (day >= bounds[seller, 0]) & (day <= bounds[seller, 1])
    seller, day = seller[kept], day[kept]
    stamps = moments(company, day, office_hours(rng, len(day)))
    return Table(
        "messaging.interactions",
        {
            "interaction_id": numbered("MSG", len(day), 6),
            "user_id": as_text(company.sellers[one].user_id for one in seller),
            "account_id": company.accounts.ids[own_account(company, rng, seller, day)],
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
            "ticket_id": numbered("TK", count, 5),
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
            "absence_id": numbered("ABS", len(first), 4),
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
            "class_id": numbered("CL", count, 4),
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
                "enrolment_id": numbered("EN", len(held), 5),
                "class_id": classes["class_id"][held],
                "student_id": as_text(
                    f"S{number:05d}" for number in rng.integers(1, round(400 * company.scale) + 2, len(held))
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
    rng = draws(seed, "activity")
    return [
        _activities(company, rng, trade),
        _interactions(company, rng),
        _tickets(company, rng),
        _absences(company, rng),
        *_school(company, rng),
    ]
