"""Addresses of the portal's entrance."""

from django.urls import path

from accounts.portal import (
    cases,
    documents,
    filing,
    imports,
    notices,
    overview,
    registering,
    relations,
    signals,
    systems,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in_page, name="sign-in-page"),
    path("sign-out", views.sign_out_page, name="sign-out-page"),
    path("department", views.choose_department, name="choose-department"),
    path("notices", notices.notice_list, name="notices"),
    path("notices/read", notices.notices_read, name="notices-read"),
    path("systems", systems.system_list, name="systems"),
    path("systems/template", imports.template_file, name="systems-template"),
    path("systems/export", imports.export_file, name="systems-export"),
    path("systems/import", imports.import_page, name="systems-import"),
    path("systems/import/<str:token>", imports.import_confirm, name="systems-confirm"),
    path("systems/import/<str:token>/marked", imports.import_marked, name="systems-marked"),
    path("systems/register", registering.register_page, name="system-register"),
    path("systems/<uuid:pk>/edit/documents", documents.documents_page, name="system-documents"),
    path("systems/<uuid:pk>/edit/check", filing.check_page, name="system-check"),
    path("systems/<uuid:pk>/edit/<slug:name>", registering.part_page, name="system-part"),
    path("systems/<uuid:pk>", overview.system_page, name="system"),
    path("systems/<uuid:pk>/relations", relations.relations_page, name="system-relations"),
    path(
        "systems/<uuid:pk>/relations/<uuid:relation>/remove",
        relations.relation_remove,
        name="system-relation-remove",
    ),
    path("systems/<uuid:pk>/signals", signals.signals_page, name="system-signals"),
    path("systems/<uuid:pk>/versions", overview.versions_page, name="system-versions"),
    path(
        "systems/<uuid:pk>/documents/<uuid:document>",
        documents.system_document,
        name="system-document",
    ),
    path(
        "systems/<uuid:pk>/documents/<uuid:document>/remove",
        documents.document_remove,
        name="system-document-remove",
    ),
    path("systems/<uuid:pk>/steps/<slug:verb>", overview.system_step, name="system-step"),
    path("cases", cases.case_list, name="cases"),
    path("cases/<uuid:pk>", cases.case_page, name="case"),
    path("cases/<uuid:pk>/<slug:verb>", cases.case_step, name="case-step"),
]
