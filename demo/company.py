"""People, teams, accounts, products and dealers: who sells what to whom."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from demo import catalogue
from demo.files import Array, Table, as_days, as_text, joined, numbered, utc
from demo.truths import POOR_TEAM, Truths

LAST_DAY = date(2026, 6, 30)
ZONE_HOURS = 8


@dataclass(frozen=True)
class Branch:
    """One of the branches that make up a company: the first is the head office, the others are led from there."""

    number: int = 0

    def draws(self, seed: int, part: str) -> np.random.Generator:
        """The random numbers of one part of the simulation: another part's or branch's draws never move them."""
        words = [seed, zlib.crc32(part.encode()), *([self.number] if self.number else [])]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))

    def numbered(self, prefix: str, count: int, width: int) -> Array:
        """Ids in order that no other branch has: SO000001 at the head office, SO07-000001 in branch 7."""
        return numbered(self.named(prefix), count, width)

    def named(self, prefix: str) -> str:
        """How ids of the branch begin."""
        return f"{prefix}{self.number:02d}-" if self.number else prefix

    def team(self, team: str) -> str:
        """The team's id: a branch has its own sales teams below those of the head office, and shares its divisions."""
        return f"{team}-{self.number:02d}" if self.number and team not in catalogue.LEADERS else team


def first_of_month(day: date, back: int) -> date:
    """The first day of the month `back` months before that of `day`."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


@dataclass
class Position:
    """Where a person works, [valid_from, valid_to)."""

    valid_from: date
    valid_to: date | None
    role: str
    team: str


@dataclass
class Person:
    """A payee. skill and territory are 1 on average; orders and visits are what the role does, field sales = 1."""

    user_id: str
    name: str
    currency: str
    hired_on: date
    left_on: date | None
    skill: float
    territory: float  # as the company believes, and sets quotas by
    richness: float  # what part of that it really yields
    discount: float
    positions: list[Position]

    @property
    def role(self) -> str:
        """The role as it is now."""
        return self.positions[-1].role

    @property
    def team(self) -> str:
        """The team as it is now."""
        return self.positions[-1].team


@dataclass
class Accounts:
    """Accounts in order of (seller, day they were won); `owner` counts in Company.sellers."""

    ids: Array
    names: Array
    owner: Array
    created: Array  # day number from Company.first_day, below 0 for accounts won before it
    region: Array
    industry: Array
    tier: Array
    is_key: Array
    late_days: Array  # how late this customer pays, days


@dataclass
class Products:
    """The catalogue; prices and costs in hundredths of CNY, `launched` in day numbers."""

    ids: Array
    names: Array
    line: Array
    line_no: Array
    price: Array
    cost: Array
    launched: Array


@dataclass
class Dealers:
    """Dealers; `weight` is what they trade, 1 on average; `manager` is a user_id."""

    ids: Array
    names: Array
    tier: Array
    region: Array
    currency: Array
    manager: Array
    weight: Array
    onboarded: Array
    left: Array


@dataclass
class Company:
    """Huaxing Instruments: everything that exists before anything is sold."""

    first_day: date
    last_day: date
    scale: float
    branch: Branch
    truths: Truths
    people: list[Person]
    leaders: dict[str, Person]
    accounts: Accounts
    products: Products
    dealers: Dealers
    sellers: list[Person] = field(default_factory=list)
    cast: dict[str, list[int]] = field(default_factory=dict)  # who plays a part in a truth, as indexes of sellers

    @property
    def seller_ids(self) -> Array:
        """user_id by index of seller, and None at the end, for -1."""
        return as_text([*(person.user_id for person in self.sellers), None])

    def settled(self, role: str) -> list[Person]:
        """Sellers of a role who were there before the first day and have neither moved nor left."""
        return [
            one
            for one in self.sellers
            if one.role == role and one.hired_on < self.first_day and one.left_on is None and len(one.positions) == 1
        ]

    @property
    def day_count(self) -> int:
        """Days from the first to the last, both included."""
        return (self.last_day - self.first_day).days + 1

    @property
    def end(self) -> np.datetime64:
        """The last second of the last day in the company's time zone, as UTC."""
        return np.datetime64(self.last_day, "s") + np.timedelta64(86_399 - ZONE_HOURS * 3600, "s")

    def day_no(self, day: date) -> int:
        """Day number: 0 on the first day."""
        return (day - self.first_day).days

    def days(self, numbers: Array) -> Array:
        """Day numbers as datetime64[D]."""
        return np.datetime64(self.first_day, "D") + numbers.astype("timedelta64[D]")

    def until_end(self, moments: Array) -> Array:
        """Moments, none after the end of the last day."""
        return np.minimum(moments, self.end)


def _name(rng: np.random.Generator, team: str, taken: set[str]) -> str:
    """A name not taken yet, in the manner of the team's country."""
    while True:
        if team in ("T31", "T32"):
            names = catalogue.WESTERN_NAMES if team == "T31" else catalogue.JAPANESE_NAMES
            name = names[int(rng.integers(len(names)))]
            if all(one in taken for one in names):
                name = f"{name} {len(taken)}"
        else:
            name = (
                str(rng.choice(list(catalogue.SURNAMES)))
                + catalogue.GIVEN_NAMES[int(rng.integers(len(catalogue.GIVEN_NAMES)))]
            )
            if len(taken) > 1200:
                name += str(len(taken))
        if name not in taken:
            taken.add(name)
            return name


def hire(
    seed: int, scale: float, first_day: date, branch: Branch, truths: Truths
) -> tuple[list[Person], dict[str, Person]]:
    """Everyone, leaders first, and who leads each team. One in six joins while the simulation runs."""
    rng = branch.draws(seed, "people")
    taken: set[str] = set()
    people: list[Person] = []
    leaders: dict[str, Person] = {}

    def join(team: str, role: str, newcomer: bool) -> Person:
        days = int(rng.integers(20, 420)) if newcomer else -int(rng.integers(200, 3000))
        hired = first_day + timedelta(days=min(days, (LAST_DAY - first_day).days - 30))
        person = Person(
            user_id=f"{branch.named('U')}{len(people) + 1:04d}",
            name=_name(rng, team, taken),
            currency=catalogue.CURRENCIES.get(team, "CNY"),
            hired_on=hired,
            left_on=None,
            skill=float(rng.lognormal(-0.02, 0.20)),
            territory=float(rng.lognormal(-0.03, 0.25)),
            richness=truths.territory if team == POOR_TEAM else 1.0,
            discount=float(rng.beta(2, 6)),
            positions=[Position(hired, None, role, team)],
        )
        people.append(person)
        return person

    for team in catalogue.TEAMS:
        leaders[team] = join(team, catalogue.LEADERS.get(team, "team_manager"), False)
    for team, roles in catalogue.STAFF.items():
        for role, count in roles.items():
            for number in range(max(1, round(count * scale))):
                join(team, role, number % 6 == 5)
    if branch.number:
        # Divisions are led from the head office, whose leaders are hired in the same order.
        for number, team in enumerate(catalogue.TEAMS, start=1):
            if team in catalogue.LEADERS:
                leaders[team].user_id = f"U{number:04d}"
        people = [person for person in people if person.role not in catalogue.LEADERS.values()]
    return people, leaders


def _win_accounts(seed: int, branch: Branch, sellers: list[Person], company_days: int) -> Accounts:
    """Thirty accounts a seller: two in three older than the simulation, the others won while it runs."""
    rng = branch.draws(seed, "accounts")
    each = 30
    count = len(sellers) * each
    owner = np.repeat(np.arange(len(sellers)), each)
    created = np.where(
        rng.random(count) < 0.66, -rng.integers(10, 1500, count), rng.integers(5, max(6, company_days - 20), count)
    )
    created[::each] = -rng.integers(10, 1500, len(sellers))
    order = np.lexsort((created, owner))
    created = created[order]
    roles = np.array([person.role for person in sellers])[owner]
    regions = as_text(catalogue.TEAMS[person.team][2] or "" for person in sellers)
    region = regions[owner]
    industry_no = rng.integers(0, len(catalogue.INDUSTRIES), count)
    city, trade, numbered_name = rng.random(count), rng.random(count), rng.random(count) < 0.25
    names = as_text([None] * count)
    for place in sorted(set(regions)):
        country = place if place in catalogue.TRADES else "China"
        gap = " " if country == "North America" else ""
        here = np.flatnonzero(region == place)
        words = [
            as_text(listed)[(dice[here] * len(listed)).astype(int)]
            for listed, dice in ((catalogue.CITIES[place], city), (catalogue.TRADES[country], trade))
        ]
        names[here] = joined(*words, as_text(catalogue.FIRMS[country])[industry_no[here]], separator=gap)
    repeated = np.flatnonzero(numbered_name)
    names[repeated] = joined(names[repeated], repeated % 97, separator=" ")
    is_key = (roles == "key_account_manager") & (rng.random(count) < 0.7) | (rng.random(count) < 0.04)
    tier = np.where(is_key, "A", rng.choice(["A", "B", "B", "C", "C", "C"], count))
    return Accounts(
        ids=branch.numbered("A", count, 5),
        names=names,
        owner=owner,
        created=created,
        region=region,
        industry=as_text(catalogue.INDUSTRIES)[industry_no],
        tier=tier.astype(object),
        is_key=is_key,
        late_days=np.round(rng.gamma(1.3, 14, count)).astype(int) - 8,
    )


def _list_products(seed: int, first_day: date) -> Products:
    rng = Branch().draws(seed, "products")
    names, lines, prices, launched = [], [], [], []
    for line, products in catalogue.PRODUCTS.items():
        for place, (english, chinese, price) in enumerate(products):
            names.append(f"{english} {chinese}")
            lines.append(line)
            prices.append(price * 100 + int(rng.choice([0, 0, 0, 50, 90])))
            months = catalogue.LAUNCHES.get((line, place))
            day = (
                first_of_month(first_day, -months)
                if months
                else first_day - timedelta(days=int(rng.integers(400, 3000)))
            )
            launched.append((day - first_day).days)
    list_price = np.array(prices)
    return Products(
        ids=numbered("P", len(names), 3),
        names=as_text(names),
        line=as_text(lines),
        line_no=np.repeat(np.arange(6), 10),
        price=list_price,
        cost=list_price * rng.integers(440, 640, len(names)) // 1000,
        launched=np.array(launched),
    )


def _sign_dealers(seed: int, scale: float, branch: Branch, people: list[Person], company_days: int) -> Dealers:
    rng = branch.draws(seed, "dealers")
    count = max(7, round(45 * scale))
    overseas = max(1, round(count / 9))
    region = np.array(["East China", "South China", "North China", "West China"])[rng.integers(0, 4, count)].astype(
        object
    )
    currency = as_text(["CNY"] * count)
    region[-overseas:], currency[-overseas:] = "North America", "USD"
    region[-(overseas // 2) or count :], currency[-(overseas // 2) or count :] = "Japan", "JPY"
    managers: dict[str, list[str]] = {
        "CNY": [person.user_id for person in people if person.role == "channel_manager"],
        "USD": [person.user_id for person in people if person.team == "T31"],
        "JPY": [person.user_id for person in people if person.team == "T32"],
    }
    weight = rng.lognormal(-0.1, 0.45, count)
    names = []
    for place in region:
        cities = catalogue.CITIES[place]
        city = cities[int(rng.integers(len(cities)))]
        trades = catalogue.TRADES.get(place, catalogue.TRADES["China"])
        trade = trades[int(rng.integers(len(trades)))]
        names.append(
            f"{city} {trade} Instruments Inc."
            if place == "North America"
            else f"{city}{trade}{'商事' if place == 'Japan' else '仪器有限公司'}"
        )
    onboarded = np.where(rng.random(count) < 0.85, -rng.integers(100, 2500, count), rng.integers(20, 300, count))
    left = np.full(count, company_days + 1)
    left[1 : max(2, count // 22)] = company_days * 2 // 3
    return Dealers(
        ids=branch.numbered("D", count, 3),
        names=as_text(names),
        tier=np.where(weight > 1.25, "gold", np.where(weight > 0.75, "silver", "bronze")).astype(object),
        region=region,
        currency=currency,
        manager=as_text(managers[money][number % len(managers[money])] for number, money in enumerate(currency)),
        weight=weight,
        onboarded=np.minimum(onboarded, company_days // 2),
        left=left,
    )


def found(seed: int, scale: float, months: int, branch: Branch, truths: Truths) -> Company:
    """A branch of the company on its last day, with `months` months behind it."""
    first_day = first_of_month(LAST_DAY, months - 1)
    people, leaders = hire(seed, scale, first_day, branch, truths)
    sellers = [person for person in people if person.role in catalogue.SELLING]
    days = (LAST_DAY - first_day).days + 1
    company = Company(
        first_day=first_day,
        last_day=LAST_DAY,
        scale=scale,
        branch=branch,
        truths=truths,
        people=people,
        leaders=leaders,
        accounts=_win_accounts(seed, branch, sellers, days),
        products=_list_products(seed, first_day),
        dealers=_sign_dealers(seed, scale, branch, people, days),
        sellers=sellers,
    )
    if not branch.number:
        _cast(company)
    return company


def _cast(company: Company) -> None:
    """Who plays a part in a truth: two field sellers of the first team and four of the second, fewer in a small company."""
    number = {person.user_id: index for index, person in enumerate(company.sellers)}
    field_sales = company.settled("field_sales")
    first, second = (
        [number[one.user_id] for one in field_sales if one.team == team] or [number[field_sales[0].user_id]]
        for team in ("T11", "T12")
    )
    company.cast = {"splits": first[-1:], "claims": first[-2:-1] or first, "slump": second[-4:]}


def move(person: Person, on: date, role: str, team: str) -> None:
    """From that day on the person works elsewhere."""
    person.positions[-1] = replace(person.positions[-1], valid_to=on)
    person.positions.append(Position(on, None, role, team))


def leave(person: Person, on: date) -> None:
    """The person's last day."""
    person.left_on = on
    person.positions[-1] = replace(person.positions[-1], valid_to=on + timedelta(days=1))


def manager_of(company: Company, person: Person, position: Position) -> str | None:
    """Who a person reports to in a position: the team's leader, or the leader of the division above."""
    leader = company.leaders[position.team]
    if leader is not person:
        return leader.user_id
    parent = catalogue.TEAMS[position.team][1]
    return company.leaders[parent].user_id if parent else None


def _teams(company: Company) -> Table:
    """The teams: at the head office all of them, of a branch its own sales teams, each below the head office's."""
    branch = company.branch
    teams = [team for team in catalogue.TEAMS if not branch.number or team not in catalogue.LEADERS]
    suffix = f" {branch.number:02d}" if branch.number else ""
    return Table(
        "crm.teams",
        {
            "team_id": as_text(branch.team(team) for team in teams),
            "name": as_text(catalogue.TEAMS[team][0] + suffix for team in teams),
            "parent_team_id": as_text(team if branch.number else catalogue.TEAMS[team][1] for team in teams),
            "leader_user_id": as_text(company.leaders[team].user_id for team in teams),
            "region": as_text(catalogue.TEAMS[team][2] for team in teams),
            "updated_at": np.full(len(teams), utc(company.first_day - timedelta(days=1))),
        },
    )


def tables(company: Company) -> list[Table]:
    """The master data as raw tables."""
    people, accounts, products, dealers = company.people, company.accounts, company.products, company.dealers
    started = utc(company.first_day - timedelta(days=1))
    spans = [(person, position) for person in people for position in person.positions]

    def known(days: Array) -> Array:
        return np.maximum(days.astype("datetime64[s]") + np.timedelta64(3, "h"), started)

    hired = as_days(person.hired_on for person in people)
    left = as_days(person.left_on for person in people)
    account_days = company.days(accounts.created)
    dealer_left = company.days(np.where(dealers.left < company.day_count, dealers.left, 0))
    dealer_left[dealers.left >= company.day_count] = np.datetime64("NaT")
    return [
        Table(
            "crm.users",
            {
                "user_id": as_text(person.user_id for person in people),
                "name": as_text(person.name for person in people),
                "email": as_text(f"{person.user_id.lower()}@huaxing.example" for person in people),
                "im_user_id": as_text(f"wx_{person.user_id.lower()}" for person in people),
                "currency": as_text(person.currency for person in people),
                "hired_on": hired,
                "terminated_on": left,
                "company_id": as_text([None] * len(people)),
                "updated_at": known(np.where(np.isnat(left), hired, left)),
            },
        ),
        Table(
            "crm.user_assignments",
            {
                "user_id": as_text(person.user_id for person, _ in spans),
                "valid_from": as_days(position.valid_from for _, position in spans),
                "valid_to": as_days(position.valid_to for _, position in spans),
                "role": as_text(position.role for _, position in spans),
                "team_id": as_text(company.branch.team(position.team) for _, position in spans),
                "manager_id": as_text(manager_of(company, person, position) for person, position in spans),
                "region": as_text(catalogue.TEAMS[position.team][2] for _, position in spans),
                "updated_at": known(as_days(position.valid_to or position.valid_from for _, position in spans)),
            },
        ),
        _teams(company),
        Table(
            "crm.accounts",
            {
                "account_id": accounts.ids,
                "name": accounts.names,
                "industry": accounts.industry,
                "tier": accounts.tier,
                "region": accounts.region,
                "owner_user_id": company.seller_ids[accounts.owner],
                "is_key_account": accounts.is_key,
                "created_at": account_days.astype("datetime64[s]") + np.timedelta64(2, "h"),
                "updated_at": known(account_days),
            },
        ),
        Table(
            "erp.products",
            {
                "product_id": products.ids,
                "name": products.names,
                "product_line": products.line,
                "unit": as_text({"Service": "次", "Consumables": "盒"}.get(line, "台") for line in products.line),
                "list_price": products.price,
                "standard_cost": products.cost,
                "currency": as_text(["CNY"] * len(products.ids)),
                "launched_on": company.days(products.launched),
                "updated_at": known(
                    company.days(np.where(products.launched < company.day_count, products.launched, 0))
                ),
            },
        ),
        Table(
            "channel.dealers",
            {
                "dealer_id": dealers.ids,
                "name": dealers.names,
                "tier": dealers.tier,
                "region": dealers.region,
                "manager_user_id": dealers.manager,
                "currency": dealers.currency,
                "onboarded_on": company.days(dealers.onboarded),
                "terminated_on": dealer_left,
                "im_user_id": as_text(f"wx_{dealer.lower()}" for dealer in dealers.ids),
                "company_id": as_text([None] * len(dealers.ids)),
                "updated_at": known(
                    company.days(np.where(dealers.left < company.day_count, dealers.left, dealers.onboarded))
                ),
            },
        ),
    ]
