"""People, the tenants they belong to, the groups they are in, and who they are in other systems."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tenants.models import Tenant


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    """Runs the installation. It opens no tenant: that takes a membership, lent by access.actions.break_glass."""

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_for_an_email")]

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A person's place in one tenant. Suspended or expired: no door opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, default="reader")
    suspended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    """By the database's clock; from then on it is as if there were none."""
    reason = models.TextField(blank=True)
    break_glass = models.BooleanField(default=False)
    """Lent to an operator; whoever wanted it had to say for how long and why."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_for_a_person_in_a_tenant"),
            models.CheckConstraint(
                condition=Q(break_glass=False) | (Q(expires_at__isnull=False) & ~Q(reason="")), name="break_glass_ends_and_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="memberships_that_end", condition=Q(expires_at__isnull=False))]


class Group(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="groups")
    slug = models.SlugField()
    name = models.CharField(max_length=200)
    members = models.ManyToManyField(User, through="GroupMember", related_name="access_groups")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "slug"], name="one_group_for_a_slug_in_a_tenant")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="a_person_is_once_in_a_group")]


class GroupInGroup(models.Model):
    """Whoever is in the child is in the parent too. Never a circle: identity.groups.nest sees to it."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    parent = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="contents")
    child = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="places")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="a_group_is_once_in_a_group"),
            models.CheckConstraint(condition=~Q(parent=F("child")), name="a_group_is_not_in_itself"),
        ]


class ExternalAccount(models.Model):
    """Who somebody, or a whole group, is in a source's own system. Counts only once it is verified; a name that fits is no proof."""

    class Kind(models.TextChoices):
        USER = "user"
        GROUP = "group"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    source = models.UUIDField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    external_id = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="external_accounts")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="external_accounts")
    verified_by = models.CharField(max_length=60, blank=True)
    """`source`, or `user:<id>` of the administrator who said so."""
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "kind", "external_id"],
                condition=Q(verified_at__isnull=False),
                name="one_verified_owner_of_an_external_account",
            ),
            models.UniqueConstraint(
                fields=["tenant", "source", "kind", "external_id", "user", "group"],
                nulls_distinct=False,
                name="an_external_account_is_once_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(kind="user", user__isnull=False, group__isnull=True) | Q(kind="group", user__isnull=True, group__isnull=False),
                name="an_external_account_is_a_person_or_a_group",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_by="") | (Q(verified_at__isnull=False) & ~Q(verified_by="")),
                name="who_verifies_is_known",
            ),
            models.CheckConstraint(condition=~Q(external_id=""), name="an_external_account_has_an_id"),
        ]


class ExternalMembership(models.Model):
    """Who is in which group of a source, as its connector last saw it. Ids of that system, on both sides."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    source = models.UUIDField()
    external_group = models.CharField(max_length=200)
    external_user = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "source", "external_user", "external_group"], name="once_in_an_external_group"),
            models.CheckConstraint(condition=~Q(external_group="") & ~Q(external_user=""), name="external_members_have_ids"),
        ]
        indexes = [models.Index(fields=["tenant", "source", "external_group"], name="members_of_external_groups")]
