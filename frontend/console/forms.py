"""What the console's pages ask for. Whether it is there is the actions' business; here only whether it is said."""

from typing import Any

from django import forms

from sources.models import Source

LONGEST_ADDRESS = 2_000
LONGEST_QUERY = 1_000
NO_ADDRESS = "This is no e-mail address: it has the form name@company."
TOO_LONG = f"This is longer than {LONGEST_QUERY:,} characters. Shorten it."
EVERYONE, GROUPS, NOBODY = "everyone", "groups", "nobody"


def _email() -> forms.EmailField:
    return forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Give the e-mail address of a person.",
            "invalid": NO_ADDRESS,
        },
    )


class Why(forms.Form):
    person = _email()
    document = forms.CharField(
        max_length=LONGEST_ADDRESS,
        error_messages={"required": "Give the id of a document, or its address.", "max_length": "This is longer than any address."},
    )


class ViewAs(forms.Form):
    person = _email()
    query = forms.CharField(
        max_length=LONGEST_QUERY,
        error_messages={
            "required": "Say what to look for.",
            "max_length": f"This is longer than {LONGEST_QUERY:,} characters. Shorten it.",
        },
    )


class WhatIf(forms.Form):
    """Which of the fields count depends on the kind of the change."""

    JOIN, LEAVE, SUSPEND, RESTORE, OPEN = "join", "leave", "suspend", "restore", "open"
    NEEDS = {JOIN: ("person", "group"), LEAVE: ("person", "group"), SUSPEND: ("person",), RESTORE: ("person",), OPEN: ("source", "access")}
    MISSING = {
        "person": "Give the e-mail address of a person.",
        "group": "Choose a group.",
        "source": "Choose a source.",
        "access": "Choose who may read it.",
        "groups": "Choose at least one group.",
    }

    change = forms.ChoiceField(
        choices=[(kind, kind) for kind in NEEDS],
        error_messages={"required": "Choose a change.", "invalid_choice": "There is no such change. Choose one of the list."},
    )
    person = forms.EmailField(required=False, max_length=254, error_messages={"invalid": NO_ADDRESS})
    group = forms.SlugField(required=False, error_messages={"invalid": "There is no such group. Choose one of the list."})
    source = forms.UUIDField(required=False, error_messages={"invalid": "There is no such source. Choose one of the list."})
    access = forms.ChoiceField(
        choices=[(word, word) for word in (EVERYONE, GROUPS, NOBODY)],
        required=False,
        error_messages={"invalid_choice": "There is no such choice. Choose one of the list."},
    )
    groups = forms.TypedMultipleChoiceField(required=False, coerce=str)

    def __init__(self, *args: Any, groups: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].choices = groups  # type: ignore[attr-defined]
        self.fields["groups"].error_messages["invalid_choice"] = "There is no such group. Choose one of the list."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        needed = [*self.NEEDS.get(given.get("change", ""), ())]
        if "access" in needed and given.get("access") == GROUPS:
            needed.append("groups")
        for name in needed:
            if name not in self.errors and not given.get(name):
                self.add_error(name, self.MISSING[name])
        return given

    @property
    def readers(self) -> list[str]:
        """As sources.actions.readers takes them."""
        chosen = self.cleaned_data["access"]
        return [EVERYONE] if chosen == EVERYONE else [f"group:{slug}" for slug in self.cleaned_data["groups"]] if chosen == GROUPS else []


def sources_of(tenant: object) -> list[Source]:
    return list(Source.objects.filter(tenant=tenant).exclude(kind="upload").order_by("name"))  # type: ignore[misc]


def problem(form: forms.Form) -> str:
    """The first thing that is missing or wrong."""
    return next(str(errors[0]) for errors in form.errors.values())
