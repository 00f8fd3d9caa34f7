from django.urls import path

from frontend.console.views.home import home
from frontend.console.views.leaktest import leaktest, start
from frontend.console.views.oversharing import narrow, oversharing, widen
from frontend.console.views.view_as import view_as
from frontend.console.views.what_if import what_if
from frontend.console.views.why import why

app_name = "console"
urlpatterns = [
    path("", home, name="home"),
    path("why", why, name="why"),
    path("what-if", what_if, name="what-if"),
    path("view-as", view_as, name="view-as"),
    path("oversharing", oversharing, name="oversharing"),
    path("oversharing/<uuid:document_id>/narrow", narrow, name="narrow"),
    path("oversharing/<uuid:document_id>/widen", widen, name="widen"),
    path("leak-test", leaktest, name="leak-test"),
    path("leak-test/start", start, name="start-leak-test"),
]
