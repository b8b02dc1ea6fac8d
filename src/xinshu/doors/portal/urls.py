"""Addresses of the public site."""

from django.urls import path

from xinshu.doors.portal import (
    agency_pages,
    case_statistics_pages,
    catalogue_pages,
    claim_pages,
    data_pages,
    log_pages,
    paper_pages,
    quality_pages,
    reading_pages,
    search_pages,
    slip_pages,
    statistics_pages,
    subject_pages,
)

app_name = "portal"
urlpatterns = [
    path("", search_pages.home, name="home"),
    path("suggest/", search_pages.suggest, name="suggest"),
    path("subjects/<str:code>/", subject_pages.subject, name="subject"),
    path("subjects/<str:code>/records/<uuid:record_ref>/", subject_pages.record, name="record"),
    path("subjects/<str:code>/records/<uuid:record_ref>/claim/", claim_pages.claim, name="claim"),
    path("subjects/<str:code>/records/<uuid:record_ref>/proof/", log_pages.proof, name="proof"),
    path("subjects/<str:code>/records/<uuid:record_ref>/record.tlog-proof", log_pages.proof_file, name="proof-file"),
    path("claims/<uuid:claim>/", claim_pages.claim_receipt, name="claim-receipt"),
    path("help/", reading_pages.help_page, name="help"),
    path("help/glossary/", reading_pages.glossary, name="glossary"),
    path("help/accessibility/", reading_pages.accessibility, name="accessibility"),
    path("quality/", quality_pages.overview, name="quality"),
    path("quality/<str:code>/", quality_pages.organ, name="quality-organ"),
    path("data/", data_pages.overview, name="data"),
    path("data/manifest.json", data_pages.offered, name="data-manifest"),
    path("data/<slug:data_set>.<slug:form>", data_pages.file, name="data-file"),
    path("log/", log_pages.overview, name="log"),
    path("log/checkpoint", log_pages.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:place>", log_pages.tile, name="log-tile"),
    path("agencies/late/", agency_pages.late, name="agencies-late"),
    path("agencies/notices/<uuid:box>/", agency_pages.notices, name="agency-notices"),
    path("agencies/notices/<uuid:box>/notices.json", agency_pages.notices_json, name="agency-notices-json"),
    path("slips/", slip_pages.slips, name="slips"),
    path("slips/<uuid:slip>/", slip_pages.slip, name="slip"),
    path("papers/<uuid:case>/<str:code>/", paper_pages.paper, name="paper"),
    path("statistics/", statistics_pages.overview, name="statistics"),
    path("statistics/cases/", case_statistics_pages.overview, name="case-statistics"),
    path("catalogue/", catalogue_pages.overview, name="catalogue"),
    path("catalogue/kinds/<str:name>/", catalogue_pages.kind, name="kind"),
    path("catalogue/bases/<str:name>/", catalogue_pages.basis, name="basis"),
    path("catalogue/classes/<str:name>/", catalogue_pages.class_table, name="class-table"),
]
