"""Messages to write down: one with all there can be, and any."""

from hypothesis import strategies as st

from smstools_async import Message, MessageFile

HELLO = Message(
    message_id="740000001",
    direction="outbound",
    sender="Clinica",
    receiver="5511987654321",
    text="Olá, João! 🙏\nAté amanhã.",
    files=(MessageFile(name="boleto.pdf", url="https://files.example/1", mime="application/pdf"),),
    unix_time=1749113086,
    datetime_text="05 jun 2025, 08:44:46",
    delivery_status="DELIVERED",
)


def messages_with(**changes: st.SearchStrategy[str | None]) -> st.SearchStrategy[Message]:
    """Draw messages of any texts and times, but for `changes`."""
    files = st.builds(MessageFile, name=st.text(), url=st.text(), mime=st.text())
    return st.builds(
        Message,
        **{
            "message_id": st.none() | st.text(),
            "direction": st.text(),
            "sender": st.text(),
            "receiver": st.text(),
            "text": st.text(),
            "files": st.lists(files, max_size=3).map(tuple),
            "unix_time": st.integers(0, 10**11 - 1),
            "datetime_text": st.text(),
            "delivery_status": st.text(),
            **changes,
        },
    )
