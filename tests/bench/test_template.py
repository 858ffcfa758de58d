"""The migrated database that all others are copied from."""

from contextlib import closing

import psycopg2

from bench.template import named, template_on
from config import env


def test_it_is_made_once_and_its_copies_are_migrated_and_empty() -> None:
    owner = env.text("DATABASE_OWNER_URL")
    name = template_on(owner)
    assert template_on(owner) == name
    # A connection to the template itself would keep others from copying it.
    with closing(psycopg2.connect(owner)) as line, line.cursor() as cursor:
        line.autocommit = True
        cursor.execute("DROP DATABASE IF EXISTS copied WITH (FORCE)")
        cursor.execute(f'CREATE DATABASE copied TEMPLATE "{name}"')
    with closing(psycopg2.connect(named(owner, "copied"))) as line, line.cursor() as cursor:
        cursor.execute("SELECT count(*) > 10 FROM django_migrations")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT count(*) FROM exchange_dataset")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT has_table_privilege('shuqiao_app', 'exchange_dataset', 'INSERT')")
        assert cursor.fetchone() == (True,)
    with closing(psycopg2.connect(owner)) as line, line.cursor() as cursor:
        line.autocommit = True
        cursor.execute("DROP DATABASE copied WITH (FORCE)")
