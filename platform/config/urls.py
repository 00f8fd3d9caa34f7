from django.urls import include, path

urlpatterns = [
    path("", include("frontend.portal.urls")),
]
