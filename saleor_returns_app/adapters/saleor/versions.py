"""What differs between the supported Saleor versions (3.21 to 3.23, and 3.24 in development): all of it is here."""

from __future__ import annotations

import re
from typing import NamedTuple, Self


class Version(NamedTuple):
    """A Saleor version. A missing part counts as 0, so `3.22` is older than `3.22.36`."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `3.23.28`, `3.23` or `3.24.0-a.1`. Anything else is taken for the oldest version supported."""
        found = re.match(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?", text.strip())
        if not found:
            return cls(*OLDEST)
        return cls(int(found[1]), int(found[2]), int(found[3] or 0))


OLDEST = (3, 21, 0)
#: `refundSettings` names a page type from which people must pick a reason.
REFUND_SETTINGS = Version(3, 22)
#: Widgets on order and customer pages, `WIDGET` targets, extension identifiers.
WIDGETS = Version(3, 22)
#: `appProblemCreate` and `appProblemDismiss`: problems shown to the merchant in the Dashboard.
APP_PROBLEMS = Version(3, 22, 36)
#: APP_DELETED and APP_STATUS_CHANGED reach the app they are about; before, an uninstall is silent.
OWN_LIFECYCLE_EVENTS = Version(3, 23)
#: `OrderReturnProductsInput.reason`.
RETURN_REASON = Version(3, 23)
#: Webhooks of a manifest keep an `identifier`.
WEBHOOK_IDENTIFIERS = Version(3, 23)

#: The first version that knows an operation, where that is not the oldest supported.
SINCE: dict[str, Version] = {
    "RefundSettings": REFUND_SETTINGS,
    "ReportProblem": APP_PROBLEMS,
    "DismissProblem": APP_PROBLEMS,
}


def knows(version: str, feature: Version) -> bool:
    """Whether a Saleor of `version` has `feature`."""
    return Version.parse(version) >= feature
