"""Addresses of the desk."""

from django.urls import path

from xinshu.doors.desk import (
    alarms,
    batches,
    citations,
    claims,
    headers,
    history,
    pages,
    past,
    receipts,
    reconciliation,
    returned,
    singles,
    uploads,
    withdrawals,
)

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("sign-in/", pages.sign_in, name="sign-in"),
    path("sign-out/", pages.sign_out, name="sign-out"),
    path("batches/", history.batches, name="history"),
    path("batches/new/", uploads.upload, name="upload"),
    path("batches/<uuid:batch>/", batches.batch_page, name="batch"),
    path("batches/<uuid:batch>/state/", uploads.state, name="state"),
    path("batches/<uuid:batch>/check/", batches.again, name="check"),
    path("batches/<uuid:batch>/file/", batches.file, name="file"),
    path("batches/<uuid:batch>/discard/", batches.discard, name="discard"),
    path("batches/<uuid:batch>/mend/", returned.mend, name="mend"),
    path("batches/<uuid:batch>/cite/", citations.cite, name="cite"),
    path("batches/<uuid:batch>/headers/", headers.unknown, name="headers"),
    path("batches/<uuid:batch>/returned/", batches.returned_file, name="returned"),
    path("batches/<uuid:batch>/receipt/", receipts.page, name="receipt"),
    path("batches/<uuid:batch>/receipt.json", receipts.as_json, name="receipt-json"),
    path("batches/<uuid:batch>/receipt.pdf", receipts.as_pdf, name="receipt-pdf"),
    path("records/new/", singles.single, name="single"),
    path("records/withdraw/", withdrawals.withdraw, name="withdraw"),
    path("records/withdrawn/", withdrawals.withdrawn, name="withdrawn"),
    path("past/", past.past, name="past"),
    path("headers/", headers.remembered, name="remembered"),
    path("claims/", claims.claims, name="claims"),
    path("claims/<uuid:claim>/", claims.claim, name="claim"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/<uuid:batch>/answer/", alarms.answer, name="alarm-answer"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
]
