"""Moments as the API counts them: whole seconds since 1970, UTC."""

import math
from datetime import datetime

from smstools_async._arguments import check_moment


def whole_seconds(name: str, moment: datetime) -> int:
    """Return the first whole second at or after `moment`, at least 0.

    Raises:
        ArgumentError, ArgumentTypeError: It is not an aware `datetime`.
    """
    return max(0, math.ceil(check_moment(name, moment).timestamp()))
