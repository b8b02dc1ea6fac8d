"""Addresses: the portal at the root, the desk, the API, and what watches over the site."""

from django.urls import include, path

from xinshu.doors.api.v1 import api
from xinshu.doors.health import alive, ready
from xinshu.doors.metrics import metrics

handler403 = "xinshu.doors.portal.pages.refused"
handler404 = "xinshu.doors.portal.pages.not_found"
handler500 = "xinshu.doors.portal.pages.broken"

urlpatterns = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", api.urls),
    path("desk/", include("xinshu.doors.desk.urls")),
    path("own/", include("xinshu.doors.space.urls")),
    path("", include("xinshu.doors.portal.urls")),
]
