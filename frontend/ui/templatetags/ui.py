"""Tags that every face's templates share."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ICONS = {
    "plus": "M9 3.5v11M3.5 9h11",
    "list": "M3 5h12M3 9h12M3 13h8",
    "close": "M4.5 4.5l9 9M13.5 4.5l-9 9",
    "check": "M3.5 9.5l3.5 3.5 7.5-8",
    "copy": "M6.5 6.5h8v8h-8zM3.5 11.5v-8h8",
    "up": "M6 8l3-5 1.5 1v4h4l-1 6.5H6zM3.5 8H6v6.5H3.5z",
    "down": "M12 10l-3 5-1.5-1v-4h-4l1-6.5H12zM14.5 10H12V3.5h2.5z",
    "file": "M5 2.5h5.5L13.5 6v9.5h-8.5zM10 2.5V6.5h3.5",
    "warn": "M9 2.5L16 15H2zM9 7v4M9 13v.01",
    "download": "M9 3v8M5.5 8L9 11.5 12.5 8M3.5 14.5h11",
    "arrow": "M3.5 9h11M10 4.5L14.5 9 10 13.5",
    "stop": "M5 5h8v8H5z",
    "previous": "M11 4L6 9l5 5",
    "next": "M7 4l5 5-5 5",
    "lock": "M5 8.5h8v6H5zM6.5 8.5V6a2.5 2.5 0 0 1 5 0v2.5",
    "none": "M9 2.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM4.5 4.5l9 9",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside words; it says nothing that the words do not."""
    return format_html('<svg class="icon" viewBox="0 0 18 18" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.simple_tag
def working() -> SafeString:
    return mark_safe('<span class="working" aria-hidden="true"><i></i><i></i><i></i></span>')


@register.filter
def seconds(milliseconds: float | None) -> str:
    """250 as "0.3 s"; what took under 100 ms as "0.1 s" would be a lie, so it keeps two places."""
    if milliseconds is None:
        return ""
    value = milliseconds / 1000
    return f"{value:.2f} s" if value < 0.1 else f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
