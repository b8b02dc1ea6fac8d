"""Addresses of the desk."""

from django.urls import path

from xinshu.doors.desk import pages

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("sign-in/", pages.sign_in, name="sign-in"),
    path("sign-out/", pages.sign_out, name="sign-out"),
]
