"""A message in, a mail handed to an SMTP server out: over TLS from the start or STARTTLS, with a login; never in the clear."""

from __future__ import annotations

import contextlib
import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from device.signals import SECOND, Instant
from firmware_app.reminding import STARTTLS, Mail
from firmware_app.uplink import troubles, wire
from firmware_app.uplink.messages import SENT, Message, Outcome, failed
from firmware_app.uplink.posting import PATIENT, Patience

US = "[127.0.0.1]"  # how we call ourselves (RFC 5321, 4.1.3): a box behind a router has no name that others know


class _Conversation(smtplib.SMTP):
    """smtplib over a connection that was made before."""

    def __init__(self, connection: socket.socket, mail: Mail, step: float) -> None:
        self._given = connection
        super().__init__(mail.host, mail.port, local_hostname=US, timeout=step)

    def _get_socket(self, _host: str, _port: int, _timeout: float) -> socket.socket:
        return self._given


def letter(message: Message, now: Instant, mail: Mail) -> EmailMessage:
    """The mail as it is sent."""
    written = EmailMessage()
    written["Subject"] = message.subject
    written["From"] = mail.sender
    written["To"] = ", ".join(mail.to)
    written["Date"] = format_datetime(datetime.fromtimestamp(now.wall // SECOND, UTC))
    written["Message-ID"] = make_msgid(domain="ringkeeper.invalid")
    written["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers to it
    written.set_content(message.text)
    return written


def send(
    message: Message,
    now: Instant,
    mail: Mail,
    password: str,
    ca_file: str = "",
    patience: Patience = PATIENT,
) -> Outcome:
    """Never raises."""
    try:
        tls = wire.trust(ca_file)
    except OSError:
        return failed(f"ca_file 用不了：{ca_file}", f"ca_file cannot be used: {ca_file}")
    sent = False
    with wire.Deadline(patience.total) as deadline:
        try:
            at_once = None if mail.security == STARTTLS else tls
            connection = wire.connect(mail.host, mail.port, at_once, deadline, patience.step)
            with (
                contextlib.closing(connection),
                contextlib.closing(_Conversation(connection, mail, patience.step)) as smtp,
            ):
                if mail.security == STARTTLS:
                    smtp.starttls(context=tls)
                smtp.login(mail.user, password)
                sent = True
                refused = smtp.send_message(letter(message, now, mail), mail.sender, mail.to)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _trouble(error, password, sent=sent, late=deadline.passed)
    if refused:
        return failed(
            f"服务器拒收 {len(refused)} 个收件人", f"the server refused {len(refused)} of the receivers"
        )
    return SENT


def _trouble(error: Exception, password: str, *, sent: bool, late: bool) -> Outcome:
    match error:
        case smtplib.SMTPAuthenticationError():
            return failed(
                f"邮箱登录被拒绝（{error.smtp_code}）：请检查登录名和授权码",
                f"the login was refused ({error.smtp_code}): check user and password",
            )
        case smtplib.SMTPNotSupportedError():
            return failed(
                "服务器不支持 STARTTLS 或登录，没有发送",
                "the server offers no STARTTLS or no login; nothing was sent",
            )
        case smtplib.SMTPRecipientsRefused():
            return failed("服务器拒收所有收件人", "the server refused every receiver")
        case smtplib.SMTPServerDisconnected():
            return troubles.of_connection(ConnectionResetError(), sent=sent, late=late)
        case smtplib.SMTPResponseException():
            said = (
                error.smtp_error.decode("utf-8", "replace")
                if isinstance(error.smtp_error, bytes)
                else error.smtp_error
            )
            told = f"{error.smtp_code} {troubles.quoted(said, (password,))}"
            return failed(f"邮件服务器拒绝：{told}", f"the mail server refused: {told}")
        case smtplib.SMTPException():
            return failed("邮件服务器的答复看不懂", "the mail server's answer is not understood")
        case _:
            return troubles.of_connection(error, sent=sent, late=late)
