#!/bin/sh
# Runs once, when the database is made: the application's role, without any right of its own.
# `manage.py prepare` grants it what it needs after each migration.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$DATABASE_APP_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE shuqiao_app LOGIN PASSWORD :'password';
SQL
