"""Addresses of the public site."""

from django.urls import path

from xinshu.doors.portal import catalogue_pages, data_pages, pages, quality_pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("subjects/<str:code>/", pages.subject, name="subject"),
    path("subjects/<str:code>/records/<uuid:record_ref>/", pages.record, name="record"),
    path("quality/", quality_pages.overview, name="quality"),
    path("quality/<str:code>/", quality_pages.organ, name="quality-organ"),
    path("data/", data_pages.overview, name="data"),
    path("data/manifest.json", data_pages.offered, name="data-manifest"),
    path("data/<slug:data_set>.<slug:form>", data_pages.file, name="data-file"),
    path("catalogue/", catalogue_pages.overview, name="catalogue"),
    path("catalogue/kinds/<str:name>/", catalogue_pages.kind, name="kind"),
    path("catalogue/bases/<str:name>/", catalogue_pages.basis, name="basis"),
    path("catalogue/classes/<str:name>/", catalogue_pages.class_table, name="class-table"),
]
