"""All addresses of the site, an area a line."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from commonweal.config import api
from commonweal.portal.views import site

urlpatterns: list[URLPattern | URLResolver] = [
    path("favicon.ico", site.favicon),
    path("robots.txt", site.robots),
    path("api/1/", api.urls),
]
urlpatterns += i18n_patterns(
    path("", include("commonweal.portal.urls")),
    path("", include("commonweal.projects.urls")),
    path("ballots/", include("commonweal.voting.urls")),
    path("members/", include("commonweal.dividends.urls")),
    path("members/", include("commonweal.membership.urls")),
    path("members/", include("commonweal.treasury.urls")),
    path("people/", include("commonweal.people.urls")),
    path("ambitions/", include("commonweal.ambitions.urls")),
    path("places/", include("commonweal.places.urls")),
    path("ui/", include("commonweal.ui.urls")),
    path("developers/", api.developers, name="developers"),
    path("account/", include("allauth.account.urls")),
    path("account/security/", include("allauth.mfa.urls")),
)
handler400 = "commonweal.config.refusals.not_understood"
handler403 = "commonweal.config.refusals.forbidden"
handler404 = "commonweal.config.refusals.not_found"
handler429 = "commonweal.config.refusals.too_often"
handler500 = "commonweal.config.outages.broken"
