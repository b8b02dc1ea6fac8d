"""Addresses of the desk."""

from django.urls import path

from xinshu.doors.desk import alarms, batches, pages, reconciliation

app_name = "desk"
urlpatterns = [
    path("", pages.home, name="home"),
    path("sign-in/", pages.sign_in, name="sign-in"),
    path("sign-out/", pages.sign_out, name="sign-out"),
    path("batches/new/", batches.upload, name="upload"),
    path("batches/<uuid:batch>/", batches.batch_page, name="batch"),
    path("batches/<uuid:batch>/file/", batches.file, name="file"),
    path("batches/<uuid:batch>/discard/", batches.discard, name="discard"),
    path("batches/<uuid:batch>/mend/", batches.mend, name="mend"),
    path("batches/<uuid:batch>/headers/", batches.headers, name="headers"),
    path("batches/<uuid:batch>/returned/", batches.returned_file, name="returned"),
    path("batches/<uuid:batch>/receipt.json", batches.receipt_json, name="receipt-json"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/<uuid:batch>/answer/", alarms.answer, name="alarm-answer"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("records/withdraw/", batches.withdraw, name="withdraw"),
]
