"""
What a person may see, decided on the server.

Oneself; and, for a leader (dim_teams.leader_user_id) who has not left, whoever stands in a team led or in one below it. The law itself
is SQL (data/sql/_visible_people.sql): every query that returns pay binds the viewer and joins it, so that a page cannot forget it.
What is here is its result, for pages to offer choices by.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A payee as of today: payee_kind employee or dealer; dealers have no team."""

    payee_id: str
    payee_kind: str
    payee_name: str
    role: str | None
    team_id: str | None
    team_name: str | None
    region: str | None


@dataclass(frozen=True)
class Scope:
    """The viewer and the people the viewer may see, the viewer first; no people when the company does not know the viewer."""

    viewer_id: str
    people: tuple[Person, ...]

    @property
    def viewer(self) -> Person | None:
        """The viewer's own entry."""
        return next((person for person in self.people if person.payee_id == self.viewer_id), None)

    @property
    def is_dealer(self) -> bool:
        """Dealers see their own rebate statement and nothing of the company's people."""
        return self.viewer is not None and self.viewer.payee_kind == "dealer"

    @property
    def leads_people(self) -> bool:
        """True when somebody else is in sight."""
        return any(person.payee_id != self.viewer_id for person in self.people)

    def person(self, payee_id: str) -> Person | None:
        """Somebody in sight, or None."""
        return next((person for person in self.people if person.payee_id == payee_id), None)
