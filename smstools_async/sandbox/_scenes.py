"""What a Brazilian company and its customers write to each other."""

from typing import Final

import attrs

from smstools_async._models import Direction


@attrs.frozen(kw_only=True)
class Line:
    """One turn of a scene."""

    direction: str
    texts: tuple[str, ...]
    """One of them is written; names in braces are filled in."""
    wait: tuple[int, int]
    """The seconds since the turn before, from and to."""
    file: str | None = None
    """A key of `FILES`."""


def _us(*texts: str, wait: tuple[int, int] = (20, 240), file: str | None = None) -> Line:
    return Line(direction=Direction.OUTBOUND.value, texts=texts, wait=wait, file=file)


def _them(*texts: str, wait: tuple[int, int] = (30, 1800), file: str | None = None) -> Line:
    return Line(direction=Direction.INBOUND.value, texts=texts, wait=wait, file=file)


_AT_ONCE: Final = (0, 1)
_IN_A_BURST: Final = (0, 6)

FILES: Final = {
    "photo": ("foto_{number}.jpg", "image/jpeg"),
    "screenshot": ("captura_{number}.png", "image/png"),
    "receipt": ("comprovante_pix.pdf", "application/pdf"),
    "boleto": ("boleto_{order}.pdf", "application/pdf"),
    "invoice": ("nota_fiscal_{order}.pdf", "application/pdf"),
    "card": ("contato.vcf", "text/vcard"),
}
"""Kinds of attachments: a name and a media type."""

FACTS: Final = {
    "doctor": ("Dra. Conceição", "Dr. João", "Dra. Letícia", "Dr. Antônio", "Dra. Inês"),
    "day": ("segunda", "terça", "amanhã", "quinta", "sexta", "sábado", "12/06", "27/11"),
    "hour": ("8h", "9h30", "10h15", "11h", "14h", "15h45", "16h20", "18h"),
    "amount": ("R$ 49,90", "R$ 128,00", "R$ 219,35", "R$ 1.240,00", "R$ 87,10"),
    "street": ("Rua das Acácias, 120", "Av. São João, 1043", "Praça da Sé, 8", "Rua Ceará, 77"),
    "thing": ("máquina de lavar", "bicicleta", "cadeira", "chaleira elétrica", "mochila"),
}
"""What names in braces may stand for, besides `name`, `order`, `number` and `code`."""

NAMES: Final = (
    "Ana", "João", "Márcia", "Antônio", "Conceição", "Luís", "Inês", "Zé Carlos", "Verônica",
    "Thaís", "Cauã", "Fátima",
)  # fmt: skip
"""First names of customers."""

COMPANIES: Final = (
    "Clinica", "VidaSaude", "LojaBoa", "EntregaJa", "Otica Lua", "PetAmigo", "+551140028922",
    "+552135550199",
)  # fmt: skip
"""Sender ids of accounts; the vendor allows eleven letters, or a number."""

SCENES: Final = (
    (
        _us(
            "Olá, {name}! Lembrete: sua consulta com {doctor} é {day} às {hour}. Responda SIM para "
            "confirmar ou NÃO para remarcar.",
            "{name}, você tem horário com {doctor} {day}, {hour}. Confirma presença? (SIM/NÃO)",
        ),
        _them("SIM", "Sim", "sim, confirmo", "Confirmo, obrigada! 🙏", "Confirmado 👍", "SIM."),
        _us("Presença confirmada ✅ Até {day}!", "Obrigado, {name}! Esperamos você às {hour}."),
    ),
    (
        _us(
            "{name}, sua consulta com {doctor} está marcada para {day} às {hour}. Confirma? SIM ou "
            "NÃO",
        ),
        _them("NÃO", "Não vou conseguir 😕", "não, preciso remarcar"),
        _them("Tem horário na outra semana?", "pode ser mais tarde?", wait=_IN_A_BURST),
        _us("Claro! Temos {day} às {hour} ou às 17h. Qual prefere?"),
        _them("{hour}", "{hour} está ótimo", "17h, por favor"),
        _us("Pronto, remarcado ✅ Chegue 10 minutos antes, com documento e carteirinha."),
    ),
    (
        _us(
            "Seu boleto de {amount} vence {day}. Segue em anexo a 2ª via.",
            "{name}, a fatura de {amount} já está disponível. Vencimento: {day}.",
            file="boleto",
        ),
        _them("Posso pagar por Pix?", "já paguei ontem", "Recebi, obrigado", "ok"),
        _us("Pode sim! Chave Pix: financeiro@loja.example", "Perfeito, vamos verificar 🔎"),
        _them(
            "Segue o comprovante", "comprovante 👇", "pago ✅", wait=(120, 5400), file="receipt"
        ),
        _us("Pagamento de {amount} confirmado. Obrigado, {name}! 💚"),
    ),
    (
        _us("Pedido {order} recebido! Avisaremos quando sair para entrega 📦"),
        _us("Pedido {order}: pagamento aprovado.", wait=_AT_ONCE),
        _us("Seu pedido {order} saiu para entrega, chega até as {hour} 🚚", wait=(3600, 9000)),
        _us("Pedido {order} entregue. Que nota você dá, de 0 a 10?", wait=(3600, 14400)),
        _them("10", "9", "10 ❤️ chegou antes do prazo!", "7, a caixa veio amassada", "nota 10"),
    ),
    (
        _us("Tentamos entregar o pedido {order}, mas não havia ninguém em {street} 😔"),
        _them("eu estava em casa!", "Poxa, saí 10 minutos 😩", "O interfone está com defeito"),
        _them("podem voltar hoje?", "Pode deixar com o porteiro?", wait=_IN_A_BURST),
        _us("Nova tentativa {day} pela manhã. Pode ser?"),
        _them("pode", "Pode sim", "ok", "Ok, obrigada"),
    ),
    (
        _them("Bom dia!", "Boa tarde", "Oi", "Olá, tudo bem?", "oi bom dia"),
        _them("A {thing} que comprei não liga", "Recebi a {thing} com defeito", wait=_IN_A_BURST),
        _them("olha só", "Segue foto", "", "veja:", wait=_IN_A_BURST, file="photo"),
        _us("Olá, {name}! Sinto muito 😟 Pode me passar o número do pedido?"),
        _them("{order}", "é o {order}", "Pedido {order}"),
        _us("Obrigada. Abri a troca {code}: a coleta será {day}, sem custo."),
        _them("Obrigada!!", "Valeu 👏", "muito obrigado pela atenção", "❤️"),
    ),
    (
        _them("Vocês abrem {day}?", "Qual o horário de vocês?", "Estão funcionando hoje?"),
        _us("Oi, {name}! Abrimos de segunda a sexta, das 8h às 18h, e sábado até 12h."),
        _them("obrigado", "Obrigada 😊", "blz", "ok"),
    ),
    (
        _them("Onde vocês ficam?", "qual o endereço?", "Me manda a localização?"),
        _us("{street}, perto do metrô 🚇 Segue nosso contato.", file="card"),
        _them("achei, obrigada", "Ok", "chego em 15 min"),
        _them("já estou na recepção", "chegando!", wait=(600, 2400)),
    ),
    (
        _us("Código de acesso: {code}. Não o compartilhe com ninguém.", wait=(0, 0)),
        _us("Código de acesso: {code}. Não o compartilhe com ninguém.", wait=(45, 200)),
    ),
    (
        _us("Seu exame está pronto, {name}. Retire na recepção com um documento, das 8h às 17h."),
        _them("Posso receber por e-mail?", "Ok, passo aí {day}", "minha mãe pode retirar?"),
        _us("Pode sim, sem problema.", "Claro! É só trazer uma autorização assinada."),
    ),
    (
        _us(
            "🎉 Só até {day}: 20% de desconto em toda a loja com o cupom VOLTA20. "
            "Responda SAIR para não receber mais.",
            "{name}, faz tempo que não vemos você! Revisão com 15% de desconto até {day}. 😉",
        ),
    ),
    (
        _us("{name}, segue a nota fiscal do pedido {order}.", file="invoice"),
        _them("Recebido", "obrigada", "o CPF está errado 😬"),
        _us("Avise se precisar de algo. Estamos à disposição!"),
    ),
    (
        _them("O app não abre", "não consigo entrar na minha conta", "deu erro no pagamento"),
        _them("aparece isso", "olha o erro:", wait=_IN_A_BURST, file="screenshot"),
        _us("Vamos resolver! Saia da conta, entre de novo e confira se a versão é a mais nova."),
        _them("funcionou 🙌", "agora foi, obrigado!", "continua igual 😕"),
    ),
    (
        _us("Feliz aniversário, {name}! 🎂 Seu presente: 10% na próxima compra."),
        _them("Que carinho! Obrigada 🥰", "❤️❤️", "obrigado, abraços"),
    ),
    (
        _them("ok", "Ok", "👍", "Obrigado", "blz", "certo", "Tá bom", "Perfeito 👌"),
    ),
)  # fmt: skip
"""Scenes, each played within minutes or hours."""
