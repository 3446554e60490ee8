"""A tiny site for the tests of the client driver: pages made on the spot, and one that says back what it received."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt

from commonweal.config.urls import urlpatterns as of_the_program

PAGES: dict[str, str] = {}
FRAME = (
    '<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,"></head>'
    "<body>{}</body></html>"
)


def _page(html: str, status: int = 200) -> HttpResponse:
    return HttpResponse(FRAME.format(html), status=status)


@csrf_exempt
def made(request: HttpRequest, name: str) -> HttpResponse:
    """A page a test has put there."""
    return _page(PAGES[name])


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    """Every name with its values, in the order in which they came."""
    lines = [request.method or ""]
    lines += [f"get {name}={values}" for name, values in request.GET.lists()]
    lines += [f"post {name}={values}" for name, values in request.POST.lists()]
    for name, file in request.FILES.items():
        lines.append(f"file {name}={file.name} {file.content_type} {file.read()!r}")
    lines += [f"cookie {name}={value}" for name, value in request.COOKIES.items() if name == "crumb"]
    asked = f"{request.headers['Accept-Language'].split(',')[0]} {request.headers.get('Referer', '')[-6:]}"
    return _page(f"<pre id=said>{escape(chr(10).join(lines))}</pre><p id=asked>{escape(asked)}</p>")


@csrf_exempt
def moved(request: HttpRequest, status: int) -> HttpResponse:
    """Elsewhere, by the status asked for."""
    return HttpResponse(status=status, headers={"Location": "/echo/?moved=yes"})


def away(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("http://elsewhere.example/")


def loop(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/loop/")


def file(request: HttpRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="list.csv"'}
    return HttpResponse("a;b\n", content_type="text/csv", headers=headers)


def picture(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"%PDF-1.7", content_type="application/pdf")


def broken(request: HttpRequest) -> HttpResponse:
    return _page("<h1>Broken</h1>", status=500)


def guarded(request: HttpRequest) -> HttpResponse:
    """Two forms, one with the token a form needs here."""
    if request.method == "POST":
        return _page("<h1>Taken</h1>")
    token = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return _page(
        f"<form method=post id=good>{token}<button>Send</button></form>"
        "<form method=post id=bad><button>Send</button></form>"
    )


def crumb(request: HttpRequest) -> HttpResponse:
    """Sets a cookie, or takes it back."""
    answer = _page("<h1>Crumb</h1>")
    if "drop" in request.GET:
        answer.delete_cookie("crumb")
    else:
        answer.set_cookie("crumb", "yes", max_age=1000)
    return answer


urlpatterns = [
    path("made/<str:name>/", made),
    path("echo/", echo),
    path("moved/<int:status>/", moved),
    path("away/", away),
    path("loop/", loop),
    path("file/", file),
    path("picture/", picture),
    path("broken/", broken),
    path("guarded/", guarded),
    path("crumb/", crumb),
    # Its refusal pages have links.
    *of_the_program,
]
