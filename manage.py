#!/usr/bin/env python
"""Django's command line; commands that shape the database log in as its owner."""

import sys

from django.core.management import execute_from_command_line

from config import env

OWNER_COMMANDS = {"prepare", "migrate", "grant_app_role", "backup", "restore"}


def main() -> None:
    """Run one command."""
    env.use_settings("config.settings.development")
    if sys.argv[1:2] and sys.argv[1] in OWNER_COMMANDS:
        env.act_as_owner()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
