"""Pages that are only read: help, the words of the site, and the accessibility statement."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.lasting import lasting
from xinshu.register.access.audience import public


@public
@require_safe
@lasting
def help_page(request: HttpRequest) -> HttpResponse:
    """How to look up, what the answers mean, and what to do when something is wrong."""
    return render(request, "portal/help.html", {"contact": settings.CONTACT})


@public
@require_safe
@lasting
def glossary(request: HttpRequest) -> HttpResponse:
    """The words of the site in plain language."""
    return render(request, "portal/glossary.html")


@public
@require_safe
@lasting
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the site is, how that is tested, and whom to tell of a barrier."""
    return render(request, "portal/accessibility.html", {"contact": settings.CONTACT})
