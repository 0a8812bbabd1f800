"""E-mail, as text and as a plain HTML page, with a one-click way to stop it (RFC 8058)."""

from smtplib import SMTPException, SMTPRecipientsRefused

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.backends import Message, TryLater, Undeliverable


def send(message: Message) -> None:
    """Hand the message to the mail server of ``EMAIL_URL``."""
    words = {"message": message, "person": message.person}
    mail = EmailMultiAlternatives(
        subject=" ".join(message.title.split()),
        body=render_to_string("notifications/mail.txt", words),
        to=[message.person.email],
        headers={
            "List-Unsubscribe": f"<{message.unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string("notifications/mail.html", words), "text/html")
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        raise Undeliverable("the mail server refuses the address") from error
    except (SMTPException, OSError) as error:
        raise TryLater(f"mail server: {type(error).__name__}") from error
