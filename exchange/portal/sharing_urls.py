"""Addresses of sharing in the portal."""

from django.urls import path

from exchange.portal import (
    announcements,
    clock_boards,
    clocks,
    decisions,
    dispute_page,
    disputes,
    evaluations,
    grants,
    objection_page,
    objections,
    request_wizard,
    requests,
    userecords,
    uses,
)

urlpatterns = [
    path("requests", requests.request_list, name="requests"),
    path("requests/new", request_wizard.request_new, name="request-new"),
    path("requests/<uuid:pk>", requests.request_page, name="request"),
    path("requests/<uuid:pk>/decision", decisions.request_decision, name="request-decision"),
    path("requests/<uuid:pk>/steps/<slug:verb>", requests.request_step, name="request-step"),
    path("grants", grants.grant_list, name="grants"),
    path("grants/<uuid:pk>", grants.grant_page, name="grant"),
    path("grants/<uuid:pk>/certificate", grants.grant_certificate, name="grant-certificate"),
    path("grants/<uuid:pk>/steps/<slug:verb>", grants.grant_step, name="grant-step"),
    path("deadlines", clocks.clock_list, name="clocks"),
    path("deadlines/board", clock_boards.clock_board, name="clock-board"),
    path("deadlines/on-time", clock_boards.clock_rates, name="clock-rates"),
    path("deadlines/<uuid:pk>", clocks.clock_page, name="clock"),
    path("deadlines/<uuid:pk>/<slug:verb>", clocks.clock_step, name="clock-step"),
    path("objections", objections.objection_list, name="objections"),
    path("objections/new", objections.objection_new, name="objection-new"),
    path("objections/<uuid:pk>", objection_page.objection_page, name="objection"),
    path(
        "objections/<uuid:pk>/evidence",
        objection_page.objection_evidence,
        name="objection-evidence",
    ),
    path(
        "objections/<uuid:pk>/steps/<slug:verb>",
        objection_page.objection_step,
        name="objection-step",
    ),
    path("disputes", disputes.dispute_list, name="disputes"),
    path("disputes/new", disputes.dispute_new, name="dispute-new"),
    path("disputes/<uuid:pk>", dispute_page.dispute_page, name="dispute"),
    path("disputes/<uuid:pk>/<slug:verb>", dispute_page.dispute_step, name="dispute-step"),
    path("uses", uses.use_list, name="uses"),
    path("uses/search", uses.use_search, name="use-search"),
    path("uses/<int:pk>/receipt", uses.use_receipt, name="use-receipt"),
    path("use-records", userecords.record_list, name="use-records"),
    path("use-records/new", userecords.record_new, name="use-record-new"),
    path("use-records/<uuid:pk>", userecords.record_page, name="use-record"),
    path("announcements", announcements.change_list, name="announcements"),
    path("announcements/new", announcements.change_new, name="announcement-new"),
    path("announcements/<uuid:pk>", announcements.change_page, name="announcement"),
    path(
        "announcements/<uuid:pk>/<slug:verb>", announcements.change_step, name="announcement-step"
    ),
    path("evaluation", evaluations.evaluation_page, name="evaluation"),
]
