"""Pages that write what the catalogue is written by: code lists, data elements, synonyms."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.form_pages import written
from accounts.portal.forms import PortalForm
from accounts.portal.listing import list_page
from catalog.actions.codelists import add_code_list, revise_code_list
from catalog.actions.elements import change_element, define_element
from catalog.actions.searches import add_synonym, change_synonym, drop_synonym
from catalog.models import CodeList, DataElement, SynonymSet
from catalog.portal.codelists import standard_tabs
from catalog.portal.standard_forms import CodeListForm, ElementForm, SynonymForm, VersionForm
from kernel import cells
from kernel.lists import Column, List
from kernel.rows import fetch
from kernel.texts import listed


class Synonyms(List):
    """The sets of synonyms, by their first word."""

    title = _("Synonyms for search")
    lead = _("Words that search takes for one another.")
    nothing = _("No synonyms have been added yet.")
    search = ("words__icontains",)
    search_title = _("Word")
    order = ("words", "pk")
    columns = (Column("words", _("Words"), lambda row: listed(row.words), sort=("words",)),)

    def rows(self) -> Any:
        """All of them."""
        return SynonymSet.objects.visible_to(self.actor)

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Beside the data elements."""
        return standard_tabs("synonyms")

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Adding a set."""
        is_able = may(self.actor, Perm.SYNONYM_ADD)
        return [(reverse("synonym-new"), _("Add synonyms"))] if is_able else []


class OwnSynonyms(Synonyms):
    """The same for who may change them."""

    columns = (
        Column(
            "words",
            _("Words"),
            lambda row: listed(row.words),
            cells.linked("synonym-change"),
            ("words",),
        ),
    )


@require_GET
@signed_in
def synonym_list(request: HttpRequest) -> HttpResponseBase:
    """The sets of synonyms."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return list_page(request, OwnSynonyms if may(actor, Perm.SYNONYM_ADD) else Synonyms)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def code_list_new(request: HttpRequest) -> HttpResponse:
    """Add a list with its first version."""
    actor = _able(request, Perm.CODE_LIST_ADD)
    form = CodeListForm.of(None, actor, request)
    return written(
        request,
        form,
        lambda: add_code_list(actor=actor, **form.values),
        title=_("Add a code list"),
        done=_("The code list is added."),
        back=reverse("code-lists"),
        to=lambda made: reverse("code-list-page", args=[made.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def code_list_revise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Follow the newest version of a list by another."""
    row = _found(request, CodeList, pk)
    actor = _able(request, Perm.CODE_LIST_REVISE, row.department_id)
    form = VersionForm.of(row, actor, request)
    page_of = reverse("code-list-page", args=[pk])
    return written(
        request,
        form,
        lambda: revise_code_list(row, actor=actor, **form.values),
        title=_("Revise the code list"),
        lead=f"{row.identifier} {row.name}",
        done=_("The list is revised; what changed stands below."),
        back=page_of,
        to=lambda made: f"{page_of}?version={made[0].number}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def element_new(request: HttpRequest) -> HttpResponse:
    """Define an element."""
    actor = _able(request, Perm.ELEMENT_DEFINE)
    form = ElementForm.of(None, actor, request)
    return written(
        request,
        form,
        lambda: define_element(actor=actor, **form.values),
        title=_("Define a data element"),
        done=_("The data element is defined."),
        back=reverse("data-elements"),
        to=lambda made: reverse("data-element-page", args=[made.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def element_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what an element says."""
    row = _found(request, DataElement, pk)
    actor = _able(request, Perm.ELEMENT_DEFINE)
    form = ElementForm.of(row, actor, request)
    return written(
        request,
        form,
        lambda: change_element(row, actor=actor, expected=_expected(form), values=form.values),
        title=_("Change the data element"),
        lead=f"{row.identifier} {row.name}",
        done=_("The data element is changed; items are held to it when they are next submitted."),
        back=reverse("data-element-page", args=[pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def synonym_new(request: HttpRequest) -> HttpResponse:
    """Add a set of synonyms."""
    actor = _able(request, Perm.SYNONYM_ADD)
    form = SynonymForm.of(None, actor, request)
    return written(
        request,
        form,
        lambda: add_synonym(actor=actor, words=form.cleaned_data["words"]),
        title=_("Add synonyms"),
        done=_("Search takes these words for one another from now on."),
        back=reverse("synonyms"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def synonym_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put other words in a set, or drop it."""
    row = _found(request, SynonymSet, pk)
    actor = _able(request, Perm.SYNONYM_ADD)
    form = SynonymForm.of(row, actor, request)

    def deed() -> SynonymSet:
        words, expected = form.cleaned_data["words"], _expected(form)
        if "drop" not in request.POST:
            return change_synonym(row, actor=actor, expected=expected, words=words)
        drop_synonym(row, actor=actor, expected=expected)
        return row

    return written(
        request,
        form,
        deed,
        title=_("Change synonyms"),
        done=_("Search goes by it from now on."),
        back=reverse("synonyms"),
        button=_("Save"),
        drops=_("Remove these synonyms"),
    )


def _able(request: HttpRequest, perm: Perm, owner_id: UUID | None = None) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, perm, owner_id)
    return actor


def _found(request: HttpRequest, model: Any, pk: UUID) -> Any:
    return fetch(model.objects.visible_to(request.actor), pk)  # type: ignore[attr-defined]


def _expected(form: PortalForm) -> int:
    return form.cleaned_data.get("expected") or 0
