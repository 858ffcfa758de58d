"""Pages of the documentation that are written from the code's own tables, so they stay true."""

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

from accounts import states as accounts_states
from accounts.permissions import ROLES, Perm, Role
from catalog import states as catalog_states
from config.env import BASE_DIR
from exchange import states as exchange_states
from kernel.errors import DomainError
from kernel.problems import refusal
from kernel.states import Machine

_MADE = "Written by `python manage.py reference`; a test holds it equal to the code."
_PROBLEMS = (
    "Every refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status`,"
    " `code`, `detail`, `instance` and `request_id`; where several things are wrong, `errors`"
    " names each with its place. Programs decide by `code`; it never changes."
)
_PERMISSIONS = (
    "**own**: for what belongs to the role's own department. **all**: for every department."
    " Provider and requester are no roles; they follow from who owns the resource."
)
_APPS = ("kernel", "accounts", "catalog", "exchange")
# What the web framework refuses before any of our code is asked.
_FRAMEWORK = (
    (401, "unauthenticated", "Nobody, or a key or token that is unknown, expired or revoked."),
    (405, "method-not-allowed", "The address does not take this method."),
    (406, "not-acceptable", "None of the formats in `Accept` is offered here."),
    (415, "unsupported-media-type", "The body's `Content-Type` is not taken here."),
    (500, "internal", "A fault of ours; the log has it under the `request_id`."),
)


def pages() -> dict[Path, str]:
    """Every generated page by its file."""
    docs = BASE_DIR / "docs"
    return {
        docs / "states.md": states_page(),
        docs / "reference" / "problems.md": problems_page(),
        docs / "reference" / "permissions.md": permissions_page(),
    }


def states_page() -> str:
    """All state machines, each as a picture and as a table."""
    parts = ["# States", _MADE, "Each arrow is a verb: the same word in address, action and trail."]
    for title, module in (
        ("Accounts", accounts_states),
        ("Catalogue", catalog_states),
        ("Exchange", exchange_states),
    ):
        parts.append(f"## {title}")
        for machine in (found for found in vars(module).values() if isinstance(found, Machine)):
            parts += [f"### {machine.name.capitalize()}", _picture(machine), _moves(machine)]
    return "\n\n".join(parts) + "\n"


def problems_page() -> str:
    """Every refusal that the API and the portal can make."""
    parts = [
        "# Problems",
        _MADE,
        _PROBLEMS,
    ]
    for app in _APPS:
        rows = [
            f"| {refusal(kind()).status} | `{kind.code}` | {kind.title}. | {_first_line(kind)} |"
            for kind in refusals()
            if kind.__module__.partition(".")[0] == app
        ]
        head = "| Status | Code | Title | When |\n|---|---|---|---|"
        parts += [f"## {app.capitalize()}", "\n".join([head, *rows])]
    rows = [f"| {status} | `{code}` | {when} |" for status, code, when in _FRAMEWORK]
    parts += ["## Framework", "\n".join(["| Status | Code | When |\n|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def permissions_page() -> str:
    """Which role may do what, and where."""
    head = "| | " + " | ".join(f"`{role.value}`" for role in Role) + " |"
    lines = [head, "|---|" + ":-:|" * len(Role)]
    lines += [
        f"| `{perm.value}` | " + " | ".join(_mark(role, perm) for role in Role) + " |"
        for perm in Perm
    ]
    return (
        "\n\n".join(
            [
                "# Permissions",
                _MADE,
                _PERMISSIONS,
                "\n".join(lines),
            ]
        )
        + "\n"
    )


def refusals() -> list[type[DomainError]]:
    """Every class of refusal in the project, by code."""
    for app in _APPS:
        package = import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if ".migrations" not in module.name:
                import_module(module.name)
    found: dict[str, type[DomainError]] = {}
    waiting = list(DomainError.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.partition(".")[0] in _APPS:
            found[f"{kind.code} {kind.__qualname__}"] = kind
    return [found[name] for name in sorted(found)]


def _picture(machine: Machine) -> str:
    return f"```mermaid\n{machine.mermaid()}\n```"


def _moves(machine: Machine) -> str:
    rows = [
        f"| `{name}` | {', '.join(sources)} | {target} |"
        for name, (sources, target) in machine.moves.items()
    ]
    return "\n".join(["| Verb | From | To |\n|---|---|---|", *rows])


def _mark(role: Role, perm: Perm) -> str:
    holding = ROLES[role]
    if perm not in holding.perms:
        return ""
    return "all" if holding.everywhere else "own"


def _first_line(kind: type[DomainError]) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0].replace("|", "\\|")
