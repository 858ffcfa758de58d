"""manage.py grant_app_role: the rights of the application's database role (run as the owner)."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection, transaction
from psycopg2 import sql

from kernel.commands import PlatformCommand

# Append-only for the application: no role of ours can change or remove what is recorded.
APPEND_ONLY = (
    "accounts_auditevent",
    "accounts_evidenceblock",
    "exchange_useentry",
    "exchange_userecord",
)
READ_ONLY = ("django_migrations",)
STATE_SCHEMA = "dataset_state"

_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    """ALTER DEFAULT PRIVILEGES IN SCHEMA public
       GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}""",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}",
    "ALTER SCHEMA {schema} OWNER TO {role}",
    # What the owner makes there, as a restored backup does, is the application's to write too.
    "GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON TABLES TO {role}",
)


class Command(PlatformCommand):
    """Gives the application's role what it needs and no more; may be run again at any time."""

    help = "Give the application's database role its rights; `prepare` does it too."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which role."""
        parser.add_argument(
            "--role", default="shuqiao_app", help="the role in DATABASE_URL (default: %(default)s)"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Grant and revoke."""
        role = options["role"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s, to_regrole(%s) IS NULL", [role, role])
            itself, absent = cursor.fetchone()
            if itself or absent:
                raise CommandError(
                    f"log in as the owner of the database, not as {role}"
                    if itself
                    else f"make the role first: CREATE ROLE {role} LOGIN PASSWORD '...'"
                )
            names = {"role": sql.Identifier(role), "schema": sql.Identifier(STATE_SCHEMA)}
            for grant in _GRANTS:
                cursor.execute(sql.SQL(grant).format(**names))
            for table in (*APPEND_ONLY, *READ_ONLY):
                _keep_only(cursor, table, role)
        if options["verbosity"]:
            self.stdout.write(f"{role} has its rights")


def _keep_only(cursor: Any, table: str, role: str) -> None:
    kept = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT"
    names = {"table": sql.Identifier(table), "role": sql.Identifier(role), "kept": sql.SQL(kept)}
    cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
    cursor.execute(sql.SQL("GRANT {kept} ON {table} TO {role}").format(**names))
