"""Addresses of the public site."""

from django.urls import path

from xinshu.doors.portal import catalogue_pages, pages, quality_pages, statistics_pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("subjects/<str:code>/", pages.subject, name="subject"),
    path("subjects/<str:code>/records/<uuid:record_ref>/", pages.record, name="record"),
    path("quality/", quality_pages.overview, name="quality"),
    path("quality/<str:code>/", quality_pages.organ, name="quality-organ"),
    path("statistics/", statistics_pages.overview, name="statistics"),
    path("catalogue/", catalogue_pages.overview, name="catalogue"),
    path("catalogue/kinds/<str:name>/", catalogue_pages.kind, name="kind"),
    path("catalogue/bases/<str:name>/", catalogue_pages.basis, name="basis"),
    path("catalogue/classes/<str:name>/", catalogue_pages.class_table, name="class-table"),
]
