"""A tenant: one company whose people, documents and questions stay its own."""

import uuid

from django.db import models


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=20, default="english")
    """The language of stemming and stop words in keyword search, by its English name."""
    epoch = models.BigIntegerField(default=1)
    """Moves whenever somebody's access changes; a running answer that sees it move checks its passages again."""
    throwaway = models.BooleanField(default=False)
    """Made by `evaluate`, and removed by it."""
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
