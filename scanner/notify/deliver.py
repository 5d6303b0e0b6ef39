"""Delivering: one POST to an address from the environment, or one mail. Addresses are secrets."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from scanner.config.model import Config, MailSection
from scanner.notify.card import card_of
from scanner.notify.news import News
from scanner.notify.words import ENGLISH, figures, told, verdicts
from scanner.sources.interface import Unavailable, secret
from scanner.sources.trust import write_roots
from scanner.speech import Speech

TEAMS_URL = "EMSREADY_TEAMS_URL"
WEBHOOK_URL = "EMSREADY_WEBHOOK_URL"
WEBHOOK_KEY = "EMSREADY_WEBHOOK_KEY"
_TRIES = 3
_SECONDS = 10.0


class DeliveryError(RuntimeError):
    """A message that did not go out; the words hold no address and no secret."""


def deliver_teams(
    news: News,
    config: Config,
    sleep: Callable[[float], None] = time.sleep,
    speech: Speech = ENGLISH,
) -> str:
    """Post the card to the workflow of EMSREADY_TEAMS_URL. Raises DeliveryError."""
    _post(TEAMS_URL, json.dumps(card_of(news, speech)).encode(), {}, config, sleep)
    return "accepted by the workflow; whether it posted the card only Teams shows"


def deliver_webhook(
    news: News, config: Config, key: str = "", sleep: Callable[[float], None] = time.sleep
) -> str:
    """Post the news as JSON to EMSREADY_WEBHOOK_URL, signed where there is a key. Always English.

    The signature is HMAC-SHA-256 over the timestamp, a full stop and the body. Raises DeliveryError.
    """
    body = json.dumps({"schema": "1.0", **asdict(news)}, default=str, sort_keys=True).encode()
    headers = {}
    if key:
        stamp = str(int(time.time()))
        mac = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"X-Emsready-Timestamp": stamp, "X-Emsready-Signature": f"sha256={mac}"}
    _post(WEBHOOK_URL, body, headers, config, sleep)
    return "delivered"


def _post(
    variable: str, body: bytes, more: dict[str, str], config: Config, sleep: Callable[[float], None]
) -> None:
    url = _secret(variable)
    host = urlsplit(url).hostname or "?"
    headers = {"Content-Type": "application/json", **more}
    with tempfile.TemporaryDirectory(prefix="emsready-") as folder:
        roots = str(write_roots(config, Path(folder)))
        for attempt in range(1, _TRIES + 1):
            told = _once(url, body, headers, roots, config.network.http_proxy)
            if not told:
                return
            if told.final or attempt == _TRIES:
                raise DeliveryError(f"{host}: {told.words}")
            sleep(min(2.0**attempt, told.wait or 60.0))


class _Refused:
    """Why one try failed. It is final where a further one would end alike."""

    def __init__(self, words: str, *, final: bool, wait: float = 0.0) -> None:
        self.words, self.final, self.wait = words, final, wait


def _once(
    url: str, body: bytes, headers: dict[str, str], roots: str, proxy: str
) -> _Refused | None:
    try:
        with requests.Session() as session:
            session.trust_env = not proxy
            session.proxies = {"https": proxy, "http": proxy} if proxy else {}
            answer = session.post(
                url,
                data=body,
                headers=headers,
                timeout=_SECONDS,
                allow_redirects=False,
                verify=roots,
            )
    except requests.exceptions.SSLError:
        return _Refused("its certificate is not trusted here", final=True)
    except requests.RequestException as error:
        return _Refused(f"no answer ({type(error).__name__})", final=False)
    if answer.ok and not answer.is_redirect:
        return None
    asked = answer.headers.get("Retry-After", "")
    wait = float(asked) if asked.isdigit() else 0.0
    again = answer.status_code == requests.codes.too_many_requests or answer.status_code >= 500  # noqa: PLR2004
    return _Refused(f"answered {answer.status_code}", final=not again, wait=wait)


def deliver_mail(news: News, config: Config, speech: Speech = ENGLISH) -> str:
    """Send one mail by [notify.mail]. Raises DeliveryError."""
    mail = config.notify.mail
    if not (mail.host and mail.sender and mail.to):
        raise DeliveryError("[notify.mail] needs host, sender and to")
    message = EmailMessage()
    message["Subject"] = _one_line(
        speech.say("emsready, {name}: {news}", name=news.customer, news=speech.again(news.headline))
    )
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message.set_content(text_of(news, speech))
    try:
        _send(mail, message, _context(config))
    except (OSError, smtplib.SMTPException) as error:
        told = type(error).__name__ if isinstance(error, smtplib.SMTPException) else error.strerror
        raise DeliveryError(f"{mail.host}: {told or error}") from error
    return f"sent to {len(mail.to)} addresses"


def _send(mail: MailSection, message: EmailMessage, context: ssl.SSLContext) -> None:
    kind: Any = smtplib.SMTP_SSL if mail.security == "tls" else smtplib.SMTP
    options = {"context": context} if mail.security == "tls" else {}
    with kind(mail.host, mail.port, timeout=_SECONDS, **options) as server:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.username:
            server.login(mail.username, _secret(mail.password_env))
        server.send_message(message)


def _context(config: Config) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if config.trust.ca_file:
        context.load_verify_locations(config.beside(config.trust.ca_file))
    return context


def text_of(news: News, speech: Speech = ENGLISH) -> str:
    """The news as plain text."""
    lines = [speech.again(news.headline), f"{news.customer}, {news.at}", ""]
    lines += [
        speech.say("{what}: {about}", what=name, about=count)
        for name, count in figures(news, speech)
    ]
    lines += [""]
    lines += [
        speech.say("{what}: {about}", what=topic, about=verdict)
        for topic, verdict, _ in verdicts(news, speech)
    ]
    for title, items in (
        (speech.say("Do these first"), news.top),
        (speech.say("Due this week"), news.due_this_week),
    ):
        if items:
            lines += ["", title, *(f"- {told(one, speech)}" for one in items)]
    return "\n".join(_one_line(line) for line in lines) + "\n"


def _one_line(text: str) -> str:
    """Text from elsewhere in one line: a line feed in a header would start another header."""
    return "".join(char if char.isprintable() else " " for char in text)[:900]


def _secret(variable: str) -> str:
    try:
        return secret(variable)
    except Unavailable as error:
        raise DeliveryError(str(error)) from error
