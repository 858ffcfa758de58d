"""People who stand at the server's keyboard and are asked who they are."""

import sys
from getpass import getpass

from accounts.actions.attesting import Witness


def typed(prompt: str) -> str:
    """What somebody types unseen; a line of standard input where nobody sits at a keyboard."""
    return getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def asked(username: str) -> Witness:
    """The person with the password and the code of the second factor."""
    password = typed(f"Password of {username}: ")
    return Witness(username, password, typed("Code of the second factor, if any: "))
