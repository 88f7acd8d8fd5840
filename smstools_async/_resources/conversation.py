"""The messages exchanged with one phone number.

Vendor page: https://www.smstools.com/en/sms-gateway-api/get_conversation
"""

from functools import partial
from typing import TypeAlias

from smstools_async._http.session import Session
from smstools_async._models import Message
from smstools_async._reading.cursor import conversation_scope
from smstools_async._reading.source import Learned, OnWait, Source
from smstools_async._resources.listing import Listing
from smstools_async._walk import Window
from smstools_async._wire.messages import decode_conversation
from smstools_async._wire.pages import DecodedPage, OnBadRow

Conversation: TypeAlias = Listing[Message]


def conversation_source(session: Session, phone: str, learned: Learned) -> Source[Message]:
    """Return where the pages of a conversation come from; `phone` as it is requested."""

    async def fetch(window: Window, on_wait: OnWait, on_bad_row: OnBadRow) -> DecodedPage[Message]:
        params = {"page": window.page, "limit": window.limit}
        decode = partial(
            decode_conversation, phone=phone, on_bad_row=on_bad_row, limit=window.limit
        )
        return await session.get(("conversation", phone), params, decode, on_wait)

    return Source(fetch=fetch, scope=conversation_scope(phone), learned=learned)
