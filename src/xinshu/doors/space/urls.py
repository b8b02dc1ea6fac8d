"""Addresses of the organisation's own space."""

from django.urls import path

from xinshu.doors.space import calendar, licence, mandates, notices, objections, pages, records, repair_documents, repairs

app_name = "space"
urlpatterns = [
    path("", records.home, name="home"),
    path("records/<uuid:record_ref>/", records.record, name="record"),
    path("register/", pages.register, name="register"),
    path("sign-in/", pages.sign_in, name="sign-in"),
    path("sign-out/", pages.sign_out, name="sign-out"),
    path("factor/", pages.factor, name="factor"),
    path("factor/new/", pages.new_factor, name="new-factor"),
    path("choose/", mandates.choose, name="choose"),
    path("prove/", mandates.prove, name="prove"),
    path("prove/letter/", mandates.letter, name="letter"),
    path("prove/code/", mandates.said_code, name="letter-code"),
    path("licence/", licence.licence, name="licence"),
    path("licence/back/", licence.back, name="licence-back"),
    path("licence/sign-in/", licence.sign_in, name="licence-sign-in"),
    path("licence/unlink/", licence.unlink, name="licence-unlink"),
    path("mandates/", mandates.mandates, name="mandates"),
    path("mandates/<uuid:mandate>/revoke/", mandates.end, name="revoke"),
    path("repairs/", repairs.repairs, name="repairs"),
    path("repairs/record/<uuid:record>/", repairs.asked, name="repair-asked"),
    path("repairs/<uuid:case>/", repairs.repair, name="repair"),
    path("repairs/<uuid:case>/documents/", repair_documents.attach_one, name="repair-documents"),
    path("repairs/<uuid:case>/documents/<uuid:document>/", repair_documents.document, name="repair-document"),
    path(
        "repairs/<uuid:case>/documents/<uuid:document>/remove/",
        repair_documents.remove_one,
        name="repair-document-remove",
    ),
    path("objections/", objections.objections, name="objections"),
    path("objections/<uuid:case>/", objections.objection, name="objection"),
    path("records/<uuid:record_ref>/speak/", objections.speak, name="speak"),
    path("honours/", objections.honours, name="honours"),
    path("notices/", notices.inbox, name="notices"),
    path("notices/read/", notices.read, name="notices-read"),
    path("notices/addresses/", notices.addresses, name="addresses"),
    path("notices/addresses/<uuid:address>/code/", notices.code, name="address-code"),
    path("notices/addresses/<uuid:address>/confirm/", notices.confirm, name="address-confirm"),
    path("notices/addresses/<uuid:address>/revoke/", notices.revoke, name="address-revoke"),
    path("calendar/", calendar.days, name="calendar"),
    path("calendar/calendar.ics", calendar.file, name="calendar-file"),
    path("visits/", mandates.visits, name="visits"),
    path("visits/<uuid:visit>/end/", mandates.end_one, name="end-visit"),
]
