"""Addresses of the portal's entrance."""

from django.urls import path

from accounts.portal import cases, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in_page, name="sign-in-page"),
    path("sign-out", views.sign_out_page, name="sign-out-page"),
    path("department", views.choose_department, name="choose-department"),
    path("cases", cases.case_list, name="cases"),
    path("cases/<uuid:pk>", cases.case_page, name="case"),
    path("cases/<uuid:pk>/<slug:verb>", cases.case_step, name="case-step"),
]
