from django.urls import path

from frontend.portal.views.ask import ask, conversation, masked
from frontend.portal.views.demo import person
from frontend.portal.views.feedback import feedback
from frontend.portal.views.session import sign_in, sign_out, tenant
from frontend.portal.views.source import original, picture, source
from frontend.portal.views.upload import upload, uploads

app_name = "portal"
urlpatterns = [
    path("", ask, name="ask"),
    path("conversations/<uuid:conversation_id>", conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/masked", masked, name="masked"),
    path("messages/<uuid:message_id>/feedback", feedback, name="feedback"),
    path("documents/<uuid:document_id>", source, name="source"),
    path("documents/<uuid:document_id>/original", original, name="original"),
    path("documents/<uuid:document_id>/pages/<int:number>.png", picture, name="picture"),
    path("uploads", uploads, name="uploads"),
    path("uploads/<uuid:document_id>", upload, name="upload"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("tenant", tenant, name="tenant"),
    path("demo/person", person, name="demo-person"),
]
