"""Addresses of the portal's entrance."""

from django.urls import path

from accounts.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in_page, name="sign-in-page"),
    path("sign-out", views.sign_out_page, name="sign-out-page"),
    path("department", views.choose_department, name="choose-department"),
]
