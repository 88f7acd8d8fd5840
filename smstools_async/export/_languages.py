"""The words of a transcript, in the languages that it can be written in."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

import attrs

Language = Literal["en", "pt", "es"]
"""The language of a transcript: English, Portuguese, or Spanish."""


@attrs.frozen(kw_only=True)
class Words:
    """What a page says in one language; its fields are named as the templates want them."""

    code: str
    conversation: str
    conversations: str
    times_in: str
    search: str
    search_label: str
    search_all_label: str
    found_one: str
    found_many: str
    shown_first: str
    message_one: str
    message_many: str
    nothing_follows: str
    sent: str
    received: str
    empty: str
    created: str
    by: str
    asked_for: str
    from_beginning: str
    to_end: str
    first: str
    last: str
    completeness: str
    complete: str
    missing_one: str
    missing_many: str
    doubtful: str
    not_stated: str
    digest: str
    digest_of: str
    statuses: Mapping[str, str]
    days: tuple[str, ...]
    months: tuple[str, ...]
    day_form: str
    thousands: str

    def day(self, day: date) -> str:
        """Write a day with its name."""
        return self.day_form.format(
            name=self.days[day.weekday()],
            day=day.day,
            month=self.months[day.month - 1],
            year=day.year,
        )

    def number(self, number: int) -> str:
        """Write a number with its thousands apart."""
        return f"{number:,}".replace(",", self.thousands)

    def messages(self, number: int) -> str:
        """Write how many messages there are."""
        noun = self.message_one if number == 1 else self.message_many
        return f"{self.number(number)} {noun}"

    def status(self, status: str) -> str:
        """Write a delivery status; one that is not known as it is."""
        return self.statuses.get(status.upper(), status.lower())


_ENGLISH: Final = Words(
    code="en",
    conversation="Conversation",
    conversations="Conversations",
    times_in="Times in",
    search="Search",
    search_label="Search the messages",
    search_all_label="Search all conversations",
    found_one="message found",
    found_many="messages found",
    shown_first="The first ones are shown:",
    message_one="message",
    message_many="messages",
    nothing_follows="Nothing follows.",
    sent="Sent",
    received="Received",
    empty="(empty)",
    created="Created",
    by="by",
    asked_for="Period asked for",
    from_beginning="beginning",
    to_end="end",
    first="First message",
    last="Last message",
    completeness="Completeness",
    complete="Complete: every message that the service listed is here.",
    missing_one="Incomplete: 1 message of the service's list is missing.",
    missing_many="Incomplete: {} messages of the service's list are missing.",
    doubtful="Uncertain: the service contradicted itself, so messages may be missing.",
    not_stated="Not stated.",
    digest="SHA-256",
    digest_of="of these messages as JSON Lines, in this order",
    statuses={},
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    day_form="{name}, {day} {month} {year}",
    thousands=",",
)

_PORTUGUESE: Final = Words(
    code="pt",
    conversation="Conversa",
    conversations="Conversas",
    times_in="Horários em",
    search="Buscar",
    search_label="Buscar nas mensagens",
    search_all_label="Buscar em todas as conversas",
    found_one="mensagem encontrada",
    found_many="mensagens encontradas",
    shown_first="As primeiras são mostradas:",
    message_one="mensagem",
    message_many="mensagens",
    nothing_follows="Fim da conversa.",
    sent="Enviada",
    received="Recebida",
    empty="(vazia)",
    created="Criado em",
    by="por",
    asked_for="Período solicitado",
    from_beginning="início",
    to_end="fim",
    first="Primeira mensagem",
    last="Última mensagem",
    completeness="Integridade",
    complete="Completa: todas as mensagens listadas pelo serviço estão aqui.",
    missing_one="Incompleta: falta 1 mensagem da lista do serviço.",
    missing_many="Incompleta: faltam {} mensagens da lista do serviço.",
    doubtful="Incerta: o serviço se contradisse; podem faltar mensagens.",
    not_stated="Não informada.",
    digest="SHA-256",
    digest_of="destas mensagens em JSON Lines, nesta ordem",
    statuses={
        "DELIVERED": "entregue",
        "SUBMITTED": "enviada",
        "BUFFERED": "em espera",
        "NOT DELIVERED": "não entregue",
        "REJECTED": "rejeitada",
        "UNKNOWN": "desconhecido",
    },
    days=(
        *("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira"),
        *("sexta-feira", "sábado", "domingo"),
    ),
    months=(
        *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
        *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
    ),
    day_form="{name}, {day} de {month} de {year}",
    thousands=".",
)

_SPANISH: Final = Words(
    code="es",
    conversation="Conversación",
    conversations="Conversaciones",
    times_in="Horas en",
    search="Buscar",
    search_label="Buscar en los mensajes",
    search_all_label="Buscar en todas las conversaciones",
    found_one="mensaje encontrado",
    found_many="mensajes encontrados",
    shown_first="Se muestran los primeros:",
    message_one="mensaje",
    message_many="mensajes",
    nothing_follows="Fin de la conversación.",
    sent="Enviado",
    received="Recibido",
    empty="(vacío)",
    created="Creado el",
    by="por",
    asked_for="Período solicitado",
    from_beginning="inicio",
    to_end="fin",
    first="Primer mensaje",
    last="Último mensaje",
    completeness="Integridad",
    complete="Completa: están todos los mensajes que el servicio enumeró.",
    missing_one="Incompleta: falta 1 mensaje de la lista del servicio.",
    missing_many="Incompleta: faltan {} mensajes de la lista del servicio.",
    doubtful="Incierta: el servicio se contradijo; pueden faltar mensajes.",
    not_stated="No indicada.",
    digest="SHA-256",
    digest_of="de estos mensajes en JSON Lines, en este orden",
    statuses={
        "DELIVERED": "entregado",
        "SUBMITTED": "enviado",
        "BUFFERED": "en espera",
        "NOT DELIVERED": "no entregado",
        "REJECTED": "rechazado",
        "UNKNOWN": "desconocido",
    },
    days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    day_form="{name}, {day} de {month} de {year}",
    thousands=".",
)

_WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {words.code: words for words in (_ENGLISH, _PORTUGUESE, _SPANISH)}
)


def words_of(language: Language) -> Words:
    """Return the words of a language.

    Raises:
        ValueError: There are none.
    """
    if language not in _WORDS:
        known = ", ".join(map(repr, _WORDS))
        raise ValueError(f"language must be one of {known}, got {language!r}")
    return _WORDS[language]
