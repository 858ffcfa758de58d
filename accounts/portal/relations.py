"""How a system stands to others: drawn, listed, added and taken back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.relations import (
    relatable_systems,
    relate_systems,
    relations_of,
    remove_relation,
)
from accounts.actor import Actor
from accounts.models import InformationSystem, SystemRelation
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.forms import PortalForm
from accounts.portal.graph import Drawing, Neighbour, draw
from accounts.portal.listing import reader
from accounts.portal.registering import mine
from accounts.portal.systems import found_system, head_of
from accounts.vocabulary import Relation
from kernel.errors import Conflict, Invalid
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch

# What the system's own department says; a merge is a step of its own.
_KINDS = (Relation.USES, Relation.SUPPLIES, Relation.REPLACES)


class RelationForm(PortalForm):
    """How the system stands to one of those that were found."""

    refusals = words.FIELD_ERRORS
    other = forms.UUIDField(
        label=_("Other system"),
        help_text=_("At most twenty are shown; use more words to find others."),
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label=_("What this system does with the other"))
    note = forms.CharField(label=_("Note"), max_length=400, required=False)

    def prepare(self) -> None:
        """The kinds, and those found by the words in the address."""
        kinds = list(_KINDS) + ([Relation.MERGED_INTO] if self.row.state == "retired" else [])
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(kind.value, words.RELATIONS[kind]) for kind in kinds]

    def offer(self, found: list[InformationSystem]) -> None:
        """Let one of these be chosen."""
        choices = [(str(row.pk), f"{row.name} · {row.department.name}") for row in found]
        self.fields["other"].widget = forms.RadioSelect(choices=choices)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def relations_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The relations of a system as a drawing and a table; those who may add one find it here."""
    if request.method != "POST":
        row = found_system(reader(request, Perm.SYSTEM_VIEW), pk)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return _shown(request, row, RelationForm.blank(row, actor))
    actor, row = mine(request, pk)
    form = RelationForm.filled(row, actor, request)
    if not form.is_valid():
        return _shown(request, row, form, status=422)
    told = form.cleaned_data
    try:
        relate_systems(
            row, actor=actor, kind=told["kind"], other_id=told["other"], note=told["note"]
        )
    except Invalid as refused:
        form.refuse(refused)
        return _shown(request, row, form, status=422)
    except Conflict as refused:
        problem = refusal(refused)
        return _shown(request, row, form, refused=problem, status=problem.status)
    messages.success(request, gettext("The relation is in the register."))
    return redirect("system-relations", pk=pk)


@require_POST
@signed_in
def relation_remove(request: HttpRequest, pk: UUID, relation: UUID) -> HttpResponse:
    """Take a relation of the system's own back."""
    actor, row = mine(request, pk)
    own = SystemRelation.objects.filter(system=row).select_related("system", "other")
    told = fetch(own, relation)
    try:
        remove_relation(told, actor=actor)
    except Conflict as refused:
        problem = refusal(refused)
        form = RelationForm.blank(row, actor)
        return _shown(request, row, form, refused=problem, status=problem.status)
    messages.success(request, gettext("The relation is taken back."))
    return redirect("system-relations", pk=pk)


def _shown(
    request: HttpRequest,
    row: InformationSystem,
    form: RelationForm,
    *,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    changes_it = may(actor, Perm.SYSTEM_CHANGE, row.department_id)
    words_asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    offered = changes_it and words_asked
    found = relatable_systems(row, words_asked, actor=actor) if offered else []
    form.offer(found)
    relations = relations_of(row)
    context = {
        **head_of(actor, row, "system-relations"),
        "relations": [(words.RELATIONS[one.kind], one) for one in relations],
        "drawing": _drawing(actor, row, relations),
        "q": words_asked,
        "found": found,
        "form": form,
        "summary": form.summary,
        "refused": refused,
    }
    return page(request, "accounts/system_relations.html", context, status=status)


def _drawing(actor: Actor, row: InformationSystem, relations: list[SystemRelation]) -> Drawing:
    before = [_neighbour(actor, one.system, one) for one in relations if one.other_id == row.pk]
    after = [_neighbour(actor, one.other, one) for one in relations if one.system_id == row.pk]
    return draw(row.name, row.department.name, before, after)


def _neighbour(actor: Actor, other: Any, relation: SystemRelation) -> Neighbour:
    """Another system; its page is for those who may see it."""
    sees = other.department_id == actor.department_id or may_everywhere(actor, Perm.SYSTEM_VIEW)
    address = reverse("system", args=[other.pk]) if sees else ""
    return Neighbour(other.name, other.department.name, address, words.RELATIONS[relation.kind])
