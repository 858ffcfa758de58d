"""Registering departments, people, systems and classes; what an earlier run left is found again."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from demo import cast
from demo.checks import Difference, same
from demo.client import Api


@dataclass
class Stage:
    """The running platform and everybody who was registered on it."""

    url: str
    operator_password: str
    departments: dict[str, str] = field(default_factory=dict)
    people: dict[str, Api] = field(default_factory=dict)
    systems: dict[str, str] = field(default_factory=dict)
    machines: dict[str, Api] = field(default_factory=dict)

    def password(self, username: str) -> str:
        """A person's password: another one for each installation, the same in each run."""
        digest = hmac.digest(self.operator_password.encode(), username.encode(), hashlib.sha256)
        return base64.b32encode(digest)[:20].decode().lower()

    def sign_in(self, username: str, password: str) -> Api:
        """Sign a person in and keep them."""
        body = {"username": username, "password": password}
        token = Api(self.url).post("/sign-in", body)["token"]
        self.people[username] = Api(self.url, token, username)
        return self.people[username]

    def machine(self, key: str, machine: cast.Machine, secret: str) -> Api:
        """A system, calling with its credential."""
        self.machines[key] = Api(self.url, secret, machine.name, machine.purpose)
        return self.machines[key]


def register_departments(stage: Stage, bodies: dict[str, cast.Body]) -> int:
    """Put the departments below the government's office into the register; how many were new."""
    operator = stage.people["operator"]
    known = {row["credit_code"]: row for row in operator.all("/departments")}
    new = 0
    parent = None
    for key, body in {"office": cast.OFFICE, **bodies}.items():
        row = known.get(body.credit_code)
        if row is None:
            new += 1
            row = operator.post("/departments", {**vars(body), "parent": parent}, 201)
        same(f"the name of {body.credit_code}", body.name, row["name"])
        stage.departments[key] = row["id"]
        parent = stage.departments["office"]
    stage.departments[cast.OPERATIONS] = operator.get("/me")["department"]
    return new


def register_people(stage: Stage, people: list[cast.Person]) -> int:
    """Add the people: the operator the administrators, these their department's; how many."""
    known = {row["username"] for row in stage.people["operator"].all("/members")}
    new = 0
    for person in people:
        password = stage.password(person.username)
        if person.username not in known:
            first = stage.password(f"first {person.username}")
            new += 1
            own = set(person.roles) <= cast.OWN_ROLES
            adder = stage.people[f"{person.department}.admin" if own else "operator"]
            body = {
                "username": person.username,
                "name": person.name,
                "password": first,
                "department": stage.departments[person.department],
                "roles": list(person.roles),
            }
            adder.post("/members", body, 201)
            change = {"password": first, "new_password": password}
            stage.sign_in(person.username, first).http.post("/me/password", json=change)
        stage.sign_in(person.username, password)
    return new


def register_systems(stage: Stage, machines: dict[str, cast.Machine]) -> int:
    """Register the systems and give each a fresh key; how many systems were new."""
    new = 0
    for key, machine in machines.items():
        admin = stage.people[f"{machine.department}.admin"]
        department = stage.departments[machine.department]
        found = [row for row in admin.all("/systems") if row["name"] == machine.name]
        if not found:
            new += 1
            body = {
                "department": department,
                "name": machine.name,
                "function": machine.function,
                "network": "extranet",
                "state": "in_operation",
            }
            found = [admin.post("/systems", body, 201)]
        stage.systems[key] = found[0]["id"]
        stage.machine(key, machine, fresh_key(admin, found[0]["id"]))
    return new


def fresh_key(admin: Api, system: str) -> str:
    """A new credential's secret, which is shown once; the keys of earlier runs are revoked."""
    for credential in admin.all(f"/systems/{system}/credentials"):
        if credential["revoked_at"] is None:
            admin.post(f"/credentials/{credential['id']}/revoke")
    secret = admin.post(f"/systems/{system}/credentials", {"days": 30}, 201)["secret"]
    if not secret.startswith("sqk_"):
        raise Difference(f"a credential must begin with sqk_, this one with {secret[:4]}")
    return str(secret)


def add_categories(api: Api, categories: list[tuple[str, str, str | None]]) -> dict[str, str]:
    """Add the classes that are missing; the id of each by its code."""
    known: dict[str, dict[str, Any]] = {row["code"]: row for row in api.all("/categories")}
    for code, name, parent in categories:
        if code not in known:
            above = known[parent]["id"] if parent else None
            known[code] = api.post("/categories", {"code": code, "name": name, "parent": above})
    return {code: str(row["id"]) for code, row in known.items()}
