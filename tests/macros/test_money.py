"""Each money macro on DuckDB and Spark against Python's Decimal and Fraction: edges by name, and a thousand throws of a seeded die."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise, product

from tests.macros.conftest import Macros, decimals

Exact = Decimal | Fraction | int
COUNT = 1000
MINOR_UNITS = (0, 2, 3, 4)
D = Decimal


def rounded(value: Exact, places: int) -> Decimal:
    """Half away from zero, in exact arithmetic."""
    whole = abs(Fraction(value)) * 10**places
    units = (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)
    with localcontext(prec=80):
        return (D(units) if value >= 0 else -D(units)).scaleb(-places)


def test_the_reference_rounds_as_decimal_does() -> None:
    for text in ("0.125", "-0.125", "2.675", "-0.005", "0.0049999", "1e-12", "0"):
        assert rounded(D(text), 2) == D(text).quantize(D("0.01"), ROUND_HALF_UP)


def test_types(macros: Macros) -> None:
    macros.connection.execute(macros.queries["types"])
    assert [str(column[1]) for column in macros.connection.description or ()] == [
        "DECIMAL(18,4)",
        "DECIMAL(18,10)",
        "DECIMAL(12,6)",
        "DECIMAL(28,10)",
        "DECIMAL(18,6)",
        "HUGEINT",
    ]


def test_mul10_rounds_half_away_from_zero_to_ten_decimals(macros: Macros, dice: random.Random) -> None:
    tiny = D("0.0000000001")
    rows = [
        (D("0.5"), tiny),  # half of the last digit goes up
        (D("-0.5"), tiny),  # and down below zero
        (D("0.4999999999"), tiny),
        (D("0.3333333333"), D(3)),
        (D(0), D("-7.5")),
        (D("9999999999999.9999"), D("9999.9999999999")),
        (D("-100.01"), D("0.3333")),
        *zip(decimals(dice, COUNT, 10, 10), decimals(dice, COUNT, 7, 10), strict=True),
    ]
    got = macros.run("mul10", "a decimal(28, 10), b decimal(28, 10)", rows)
    assert [value for (value,) in got] == [rounded(Fraction(a) * Fraction(b), 10) for a, b in rows]
    assert macros.run("mul10", "a decimal(18, 4), b decimal(12, 6)", [(None, 1)]) == [(None,)]


def test_mul10_fails_rather_than_pay_wrong(macros: Macros) -> None:
    assert macros.refused("mul10", "a decimal(28, 10), b decimal(28, 10)", [(D("123456789012.5"), D("123456789012.5"))])


def test_mul10_rate_is_mul10_on_both_of_its_ways(macros: Macros, dice: random.Random) -> None:
    border = D(90_000_000)
    rows = [
        *product(
            (border, -border, border - D("0.0000000001"), D("0.0000000005"), D("-0.00005"), D("89999999.9999999999")),
            (D("0.000001"), D("-0.333333"), D("1.5"), D(0), D("999999.999999")),
        ),
        *zip(decimals(dice, COUNT, 11, 10), decimals(dice, COUNT, 5, 6), strict=True),
    ]
    got = macros.run("mul10_rate", "a decimal(28, 10), r decimal(12, 6)", rows)
    wanted = [rounded(Fraction(a) * Fraction(r), 10) for a, r in rows]
    assert got == [(value, value) for value in wanted]


def test_half_up_divides_whole_numbers(macros: Macros, dice: random.Random) -> None:
    rows = [
        *product((0, 1, -1, 2, -2, 5, -5, 10**19, -(10**19)), (1, -1, 2, -2, 3, 4, -10)),
        *product((10**37, -(10**37)), (10**18 + 1, -(3 * 10**18))),
        *(
            (dice.choice((-1, 1)) * dice.randrange(10 ** (19 + digits)), dice.randrange(10**digits, 10 ** (digits + 1)))
            for digits in (dice.randint(0, 18) for _ in range(COUNT))
        ),
    ]
    columns = "n hugeint, d hugeint"
    assert [int(value) for (value,) in macros.run("half_up", columns, rows)] == [
        int(rounded(Fraction(n, d), 0)) for n, d in rows
    ]
    assert macros.run("half_up", columns, [(1, 0), (0, 0), (None, 3)]) == [(None,), (None,), (None,)]


def test_what_spark_cannot_divide_it_refuses(macros: Macros) -> None:
    wide = "n hugeint, d hugeint"
    macros.fill(wide, [(10**37, 1)])
    assert macros.connection.execute(macros.queries["half_up"]).fetchall() == [(10**37,)]
    assert macros.refused_by_spark("half_up")


def test_exact_div_undoes_a_product(macros: Macros, dice: random.Random) -> None:
    rows = [(dice.randrange(-(10**18), 10**18), dice.choice((-1, 1)) * dice.randrange(1, 10**18)) for _ in range(COUNT)]
    assert [int(value) for (value,) in macros.run("exact_div", "n bigint, d bigint", rows)] == [n for n, _ in rows]


def test_scaled_and_unscaled_are_each_others_way_back(macros: Macros, dice: random.Random) -> None:
    edges = (D("99999999999999.9999"), D("-0.0001"), D(0), D(10**12), D("999999999999.9999"), D("-999999999999.9999"))
    rows = [(value,) for value in (*edges, *decimals(dice, COUNT, 14, 4))]
    got = macros.run("scaled", "x decimal(18, 4)", rows)
    assert [(int(whole), back) for whole, back in got] == [(int(x.scaleb(4)), x) for (x,) in rows]


def test_scaled_by_six_and_ten_digits(macros: Macros, dice: random.Random) -> None:
    edges = [(D(10**9 - sign), D(1000 - sign)) for sign in (-1, 0, 1)] + [(D("-999999999.999999"), D("999.9999999999"))]
    rows = [*edges, *zip(decimals(dice, COUNT, 12, 6), decimals(dice, COUNT, 8, 10), strict=True)]
    got = macros.run("scaled_further", "x decimal(18, 6), y decimal(18, 10)", rows)
    assert [(int(six), int(ten)) for six, ten in got] == [(int(x.scaleb(6)), int(y.scaleb(10))) for x, y in rows]


def test_whole_mod_has_the_sign_of_what_is_divided(macros: Macros, dice: random.Random) -> None:
    border = 9 * 10**18
    rows = [
        *product((0, 7, -7, border, border + 1, -border, -border - 1), (3, 10**18, border)),
        *((dice.randrange(-(10**25), 10**25), dice.randrange(1, 10**9)) for _ in range(COUNT)),
    ]
    got = macros.run("whole_mod", "n hugeint, d hugeint", rows)
    assert [int(left) for (left,) in got] == [abs(n) % d * (-1 if n < 0 else 1) for n, d in rows]


def test_quotient10_of_thirds_halves_and_nothing(macros: Macros, dice: random.Random) -> None:
    rows = [
        *product((D(1), D(-1), D(2), D("0.0001"), D("99999999999999.9999")), (D(3), D(-3), D(7), D(8), D("0.6"))),
        (D(10000), D("0.0001")),
        (D("89999999.9999"), D("-0.0007")),
        (D("0.0000000001"), D(2)),
        (D("-0.0000000001"), D(2)),
        *(
            (a, b)
            for a, b in zip(decimals(dice, COUNT, 12, 4), decimals(dice, COUNT, 8, 10), strict=True)
            if b and abs(a / b) < 10**15
        ),
    ]
    columns = "a decimal(28, 10), b decimal(28, 10)"
    got = macros.run("quotient10", columns, rows)
    assert [value for (value,) in got] == [rounded(Fraction(a) / Fraction(b), 10) for a, b in rows]
    assert macros.run("quotient10", columns, [(1, 0), (0, 0), (None, 1), (1, None)]) == [(None,)] * 4


def test_round_minor_in_currencies_of_no_two_three_and_four_decimals(macros: Macros, dice: random.Random) -> None:
    edges = [
        D(text) for text in ("0.125", "0.5", "1.0005", "0.00005", "0.0049999999", "89999999.995", "90000000.005", "0")
    ]
    values = [*edges, *(-value for value in edges), *decimals(dice, COUNT, 13, 10)]
    rows = list(product(values, MINOR_UNITS))
    got = macros.run("round_minor", "x decimal(28, 10), minor_units integer", rows)
    assert got == [(rounded(x, units), D(1).scaleb(-units), 10 ** (4 - units)) for x, units in rows]


def test_a_tenth_of_a_cent_below_zero_rounds_away_from_it(macros: Macros) -> None:
    got = macros.run("round_minor", "x decimal(28, 10), minor_units integer", [(D("-0.125"), 2)])
    assert got[0][0] == D("-0.13")


def test_signed_overlap_has_the_sign_of_the_walk(macros: Macros, dice: random.Random) -> None:
    def overlap(x0: Decimal, x1: Decimal, low: Decimal, high: Decimal) -> Decimal:
        inside = max(min(max(x0, x1), high) - max(min(x0, x1), low), D(0))
        return inside if x1 >= x0 else -inside

    edges = [D(-10), D(0), D("99.9999999999"), D(100), D(250)]
    rows = [
        *((x0, x1, *sorted(band)) for x0, x1, band in product(edges, edges, ((D(0), D(100)), (D(100), D(200))))),
        *(
            (x0, x1, *sorted((low, high)))
            for x0, x1, low, high in zip(*(decimals(dice, COUNT, 6, 10) for _ in range(4)), strict=True)
        ),
    ]
    step = "decimal(28, 10)"
    got = macros.run("signed_overlap", f"x0 {step}, x1 {step}, low {step}, high {step}", rows)
    assert [value for (value,) in got] == [overlap(*row) for row in rows]


def test_bands_that_touch_split_a_walk_without_loss(macros: Macros, dice: random.Random) -> None:
    walks = list(zip(decimals(dice, 200, 5, 10), decimals(dice, 200, 5, 10), strict=True))
    bounds = [D(-(10**9)), D(-5), D(0), D("333.3333333333"), D(10**9)]
    rows = [(*walk, low, high) for walk in walks for low, high in pairwise(bounds)]
    step = "decimal(28, 10)"
    got = [value for (value,) in macros.run("signed_overlap", f"x0 {step}, x1 {step}, low {step}, high {step}", rows)]
    bands = len(bounds) - 1
    assert [sum(got[at : at + bands]) for at in range(0, len(got), bands)] == [x1 - x0 for x0, x1 in walks]


def test_prorated_by_days_to_four_decimals(macros: Macros, dice: random.Random) -> None:
    rows = [
        *product((D(100000), D("-0.0001"), D("0.0003"), D("999999999999.9999"), D(0)), (0, 1, 30, 31), (31, 90, 365)),
        *((value, dice.randint(0, 366), dice.randint(1, 366)) for value in decimals(dice, COUNT, 12, 6)),
    ]
    got = macros.run("prorated", "value decimal(18, 6), days integer, whole_days integer", rows)
    assert [value for (value,) in got] == [rounded(Fraction(value) * days / whole, 4) for value, days, whole in rows]


def test_converted_in_one_rounding(macros: Macros, dice: random.Random) -> None:
    rows = [
        (D("100.01"), D("7.1"), D(1)),
        (D(10000), D("0.0477"), D("7.1")),  # JPY → USD over CNY
        (D("-0.005"), D(1), D(3)),
        (D("0.0001"), D("0.0000000001"), D("99999999.9999999999")),
        *(
            (value, abs(rate_from), abs(rate_to))
            for value, rate_from, rate_to in zip(
                decimals(dice, COUNT, 10, 4), decimals(dice, COUNT, 4, 10), decimals(dice, COUNT, 4, 10), strict=True
            )
            if rate_to and abs(value * rate_from / rate_to) < 10**13
        ),
    ]
    got = macros.run("converted", "value decimal(18, 4), rate_from decimal(18, 10), rate_to decimal(18, 10)", rows)
    wanted = [rounded(Fraction(value) * Fraction(r) / Fraction(s), 10) for value, r, s in rows]
    assert [value for (value,) in got] == wanted


def test_what_does_not_fit_money_is_converted_to_nothing(macros: Macros) -> None:
    rows = [
        (D("99999999999999.9999"), D(23), D("0.05")),
        (D(-(10**13)), D(10), D(1)),
        (D(10**13), D("9.9999"), D(1)),
        (D("99999999999999.9999"), D("99999999.9999999999"), D("0.0000000001")),
    ]
    got = macros.run("converted", "value decimal(18, 4), rate_from decimal(18, 10), rate_to decimal(18, 10)", rows)
    assert [value for (value,) in got] == [None, None, D("99999000000000"), None]
    based = macros.run("in_base", "value decimal(18, 4), rate decimal(18, 10)", [row[:2] for row in rows])
    assert [value for (value,) in based] == [None, None, D("99999000000000"), None]


def test_portion_is_rounded_once_to_the_minor_unit(macros: Macros, dice: random.Random) -> None:
    rows = [
        *product((D("100.01"), D("-0.05"), D("33.335")), (D(1), D("0.5"), D(-2)), (D(3), D("-3"), D(2)), MINOR_UNITS),
        *(
            (amount, part, whole, dice.choice(MINOR_UNITS))
            for amount, part, whole in zip(
                decimals(dice, COUNT, 10, 4), decimals(dice, COUNT, 5, 4), decimals(dice, COUNT, 5, 4), strict=True
            )
            if whole and abs(amount * part / whole) < 10**13
        ),
    ]
    columns = "amount decimal(18, 4), part decimal(18, 4), whole decimal(18, 4), minor_units integer"
    got = macros.run("portion", columns, rows)
    wanted = [rounded(Fraction(a) * Fraction(p) / Fraction(w), units) for a, p, w, units in rows]
    assert [value for (value,) in got] == wanted
    assert macros.run("portion", columns, [(1, 1, 0, 2)]) == [(None,)]


Spread = tuple[Decimal, list[tuple[str, Decimal]], int]  # whole, parts (id, weight), minor units


def shares(whole: Decimal, parts: list[tuple[str, Decimal]], minor_units: int) -> dict[str, Decimal]:
    """Largest remainder by the book: floors, then a unit each to the greatest remainders; ties to the smaller id."""
    unit = Fraction(1, 10**minor_units)
    size, total = abs(Fraction(whole)), sum(Fraction(weight) for _, weight in parts)
    below = size % unit
    if total == 0:
        given = {part: Fraction(0) for part, _ in parts}
        given[min(given)] = size
    else:
        exact = {part: size * Fraction(weight) / total / unit for part, weight in parts}
        given = {part: Fraction(value // 1) for part, value in exact.items()}
        served = sorted(exact, key=lambda part: (given[part] - exact[part], part))
        for part in served[: int(size // unit - sum(given.values()))]:
            given[part] += 1
        given = {part: value * unit for part, value in given.items()}
        given[served[0]] += below
    return {part: rounded(-value if whole < 0 else value, 4) for part, value in given.items()}


def spread(macros: Macros, spreads: list[Spread]) -> list[dict[str, Decimal]]:
    rows = [
        (place, part, whole, weight, 10 ** (4 - minor_units))
        for place, (whole, parts, minor_units) in enumerate(spreads)
        for part, weight in parts
    ]
    columns = "spread_id integer, part_id varchar, whole decimal(18, 4), weight decimal(18, 6), unit integer"
    got: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for spread_id, part, value in macros.run("largest_remainder", columns, rows):
        got[spread_id][part] = value
    return [got[place] for place in range(len(spreads))]


def test_thirds_add_up_and_the_cent_left_over_goes_to_the_smaller_id(macros: Macros) -> None:
    third = [(part, D(1)) for part in "abc"]
    assert spread(macros, [(D(100), third, 2), (D(-100), third, 2), (D("0.01"), third, 2), (D(1), third, 0)]) == [
        {"a": D("33.34"), "b": D("33.33"), "c": D("33.33")},
        {"a": D("-33.34"), "b": D("-33.33"), "c": D("-33.33")},
        {"a": D("0.01"), "b": D(0), "c": D(0)},
        {"a": D(1), "b": D(0), "c": D(0)},
    ]


def test_weights_of_nothing_give_all_to_the_smallest_id(macros: Macros) -> None:
    nothing = [("b", D(0)), ("a", D(0))]
    assert spread(macros, [(D("-10.01"), nothing, 2)]) == [{"a": D("-10.01"), "b": D(0)}]


def test_what_lies_below_the_minor_unit_goes_to_the_part_served_first(macros: Macros) -> None:
    parts = [("a", D("0.4")), ("b", D("0.6"))]
    assert spread(macros, [(D("1.0056"), parts, 2)]) == [{"a": D("0.4"), "b": D("0.6056")}]


def test_spreads_are_those_of_the_book_and_lose_nothing(macros: Macros, dice: random.Random) -> None:
    spreads: list[Spread] = [
        (
            whole,
            [(f"p{place}", weight) for place, weight in enumerate(decimals(dice, dice.randint(1, 7), 3, 6))],
            dice.choice(MINOR_UNITS),
        )
        for whole in decimals(dice, 600, 9, 4)
    ]
    positive: list[Spread] = [
        (whole, [(part, abs(weight)) for part, weight in parts], u) for whole, parts, u in spreads
    ]
    for case, got in zip([*spreads, *positive], spread(macros, [*spreads, *positive]), strict=True):
        assert sum(got.values()) == case[0]
        assert got == shares(*case)
