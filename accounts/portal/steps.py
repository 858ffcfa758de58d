"""What can be done with a row: its steps as forms on its page, each an action of the same name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.forms import PortalForm
from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from kernel.problems import Problem, refusal


@dataclass(frozen=True)
class Step:
    """One step: its action, its form, who sees it, and what is said before and after.

    ``owner`` gives the department whose members may take it; without one it takes the permission
    anywhere. ``question`` is asked before a step that cannot be undone.
    """

    deed: Callable[..., Any]
    form: type[PortalForm]
    perms: tuple[Perm, ...]
    title: Any
    done: Any
    owner: Callable[[Any], UUID | None] | None = None
    question: Any = ""

    def is_for(self, actor: Actor, row: Any) -> bool:
        """Whether this actor may take it with this row."""
        owner = self.owner(row) if self.owner else None
        return any(may(actor, perm, owner) for perm in self.perms)

    def is_open_to(self, actor: Actor) -> bool:
        """Whether this actor may take it with any row at all."""
        return any(may(actor, perm) for perm in self.perms)


@dataclass(frozen=True)
class Shown:
    """A step on a page, with its form."""

    verb: str
    step: Step
    form: PortalForm
    is_open: bool


Steps = Mapping[str, Step]


@dataclass(frozen=True)
class Sent:
    """What a step that was sent and not taken leaves for the page: its form, or the refusal."""

    verb: str = ""
    form: PortalForm | None = None
    refused: Problem | None = None
    status: int = 200

    @classmethod
    def of(cls, refused: DomainError) -> "Sent":
        """For a refusal that is none of a field."""
        problem = refusal(refused)
        return cls(refused=problem, status=problem.status)

    def context(
        self, row: Any, actor: Actor, steps: Steps, is_possible: Callable[[str], bool]
    ) -> dict[str, Any]:
        """What the page's template says of steps, with what is wrong in the one that was sent."""
        return {
            "steps": shown_steps(row, actor, steps, is_possible, self.verb, self.form),
            "summary": self.form.summary if self.form else [],
            "refused": self.refused,
        }


NOTHING_SENT = Sent()
# Shows the row's page, again where something was sent: (request, row, sent).
Show = Callable[..., HttpResponse]


def shown_steps(
    row: Any,
    actor: Actor,
    steps: Steps,
    is_possible: Callable[[str], bool],
    verb: str = "",
    form: PortalForm | None = None,
) -> list[Shown]:
    """The steps that this actor may take now; ``verb`` with its ``form`` as it was sent."""
    shown: list[Shown] = []
    for name, step in steps.items():
        if is_possible(name) and step.is_for(actor, row):
            filled = form if form is not None and name == verb else step.form.blank(row, actor)
            shown.append(Shown(name, step, filled, name == verb or not shown))
    return shown


def take_step(
    request: HttpRequest, row: Any, verb: str, steps: Steps, show: Show, **address: Any
) -> HttpResponse:
    """Take the step; a refusal is said on the page, loses nothing typed and changes nothing.

    ``address`` names where to go afterwards, as redirect() takes it: ``to`` and its arguments.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    step = steps.get(verb)
    if step is None:
        raise NotFound()
    form = step.form.filled(row, actor, request)
    if not form.is_valid():
        return show(request, row, Sent(verb, form, status=422))
    try:
        step.deed(row, actor=actor, **form.values)
    except Invalid as refused:
        form.refuse(refused)
        return show(request, row, Sent(verb, form, status=422))
    except (Conflict, Forbidden, Stale) as refused:
        row.refresh_from_db()
        return show(request, row, Sent.of(refused))
    messages.success(request, str(step.done))
    return redirect(address.pop("to"), **address)
