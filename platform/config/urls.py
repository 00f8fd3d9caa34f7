from django.urls import include, path

urlpatterns = [
    path("health/", include("frontend.ui.health")),
    path("console/", include("frontend.console.urls")),
    path("", include("frontend.portal.urls")),
]
handler400 = "frontend.portal.views.problem.bad"
handler403 = "frontend.portal.views.problem.forbidden"
handler404 = "frontend.portal.views.problem.not_found"
handler500 = "frontend.portal.views.problem.broken"
