"""manage.py first_operator: the platform's own department and its first operator."""

import os
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.actions.departments import register_department
from accounts.actions.members import add_member
from accounts.actor import CLOCK
from accounts.models import Department, Member
from accounts.permissions import Role
from kernel.commands import PlatformCommand
from kernel.errors import DomainError

# Of the fictional province 99; a real platform gives its own.
_CREDIT_CODE, _DIVISION_CODE = "12990000MB9000001A", "990000"


class Command(PlatformCommand):
    """Makes the first person who can sign in; does nothing when that person is there already."""

    help = (
        "Make the operations department and its first operator. The password comes from a variable"
        " of the environment or from standard input, never from the command line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who and where."""
        parser.add_argument("username", help="what this person signs in with")
        parser.add_argument("--name", default="平台运维员", help="default: %(default)s")
        parser.add_argument(
            "--department-name", default="政务数据共享平台运维中心", help="default: %(default)s"
        )
        parser.add_argument(
            "--credit-code",
            default=_CREDIT_CODE,
            help="the department's, GB 32100, 18 characters; without it a made-up one",
        )
        parser.add_argument(
            "--division-code",
            default=_DIVISION_CODE,
            help="of its place, GB/T 2260; without it the fictional province 99",
        )
        parser.add_argument(
            "--password-env",
            default="OPERATOR_PASSWORD",
            help="the variable with the password (default: %(default)s); where it is not set, a"
            " line of standard input is read",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing."""
        try:
            made = self._make(options)
        except DomainError as refused:
            raise CommandError(_in_words(refused)) from refused
        if options["verbosity"]:
            state = "is ready" if made else "was there already"
            self.stdout.write(f"operator {options['username']} {state}")

    @transaction.atomic
    def _make(self, options: dict[str, Any]) -> bool:
        known = Member.objects.filter(
            user__username=options["username"], roles__contains=[Role.OPERATOR.value]
        )
        if known.exists():
            return False
        department = Department.objects.filter(name=options["department_name"]).first()
        if department is None:
            department = register_department(
                actor=CLOCK,
                values={
                    "name": options["department_name"],
                    "credit_code": options["credit_code"],
                    "division_code": options["division_code"],
                    "kind": Department.Kind.INSTITUTION,
                },
            )
        add_member(
            department,
            actor=CLOCK,
            username=options["username"],
            name=options["name"],
            password=_password(options["password_env"]),
            roles=[Role.OPERATOR],
        )
        return True


def _in_words(refused: DomainError) -> str:
    errors: Any = refused.facts.get("errors", [])
    return "; ".join(error["detail"] for error in errors) or str(refused)


def _password(variable: str) -> str:
    given = os.environ.get(variable)  # noqa: TID251 - named on the command line, no setting
    return given if given is not None else sys.stdin.readline().rstrip("\n")
