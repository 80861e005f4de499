"""What the page frame needs on every page: who is signed in, what they may open, unread notices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kinkeeper.access.models import User


def frame(request: HttpRequest) -> dict[str, Any]:
    """The actor for templates; everything else is asked lazily by the frame itself."""
    user = getattr(request, "user", None)
    return {"actor": getattr(request, "actor", None), "me": user if isinstance(user, User) else None}
