"""Addresses of the portal's entrance."""

from django.urls import path

from accounts.portal import cases, imports, notices, systems, views

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
    path("systems/<uuid:pk>", systems.system_page, name="system"),
    path(
        "systems/<uuid:pk>/documents/<uuid:document>",
        systems.system_document,
        name="system-document",
    ),
    path("cases", cases.case_list, name="cases"),
    path("cases/<uuid:pk>", cases.case_page, name="case"),
    path("cases/<uuid:pk>/<slug:verb>", cases.case_step, name="case-step"),
]
