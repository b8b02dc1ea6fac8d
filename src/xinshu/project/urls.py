"""Addresses: the portal at the root, the desk, the API."""

from django.urls import include, path

from xinshu.doors.api.v1 import api

handler403 = "xinshu.doors.portal.pages.refused"
handler404 = "xinshu.doors.portal.pages.not_found"
handler500 = "xinshu.doors.portal.pages.broken"

urlpatterns = [
    path("api/v1/", api.urls),
    path("desk/", include("xinshu.doors.desk.urls")),
    path("", include("xinshu.doors.portal.urls")),
]
