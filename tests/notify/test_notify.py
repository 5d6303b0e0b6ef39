"""Messages: small, without secrets, and a failed one costs nobody a scan."""

import hashlib
import hmac
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from scanner.config.model import Config, MailSection, Notify, Trust
from scanner.lab.authority import Authority
from scanner.notify import deliver
from scanner.notify.card import LARGEST, card_of
from scanner.notify.news import Line, News, news_of
from scanner.speech import Speech
from scanner.text import said
from tests.history.runs import days, finding
from tests.servers.parts import free_port

NEWS = News(
    headline="1 new blocker: not so: The MDM authority is Intune",
    customer="Contoso",
    at="2026-11-25 02:30 UTC",
    verdicts={"network": "blocked", "administration": "ready"},
    counts={"new": 1, "fixed": 2},
    top=[Line("Set the MDM authority", "blocker", "endpoint admin", None)],
    due_this_week=[],
    overdue=3,
    complete=True,
)


class Endpoint(ThreadingHTTPServer):
    """Answers what it is told, one after the other, and keeps what came."""

    daemon_threads = True

    def __init__(self, context, *answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.answers, self.seen = list(answers), []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"https://localhost:{self.server_address[1]}/hook?sig=very-secret"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, headers = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    made = Authority()
    (folder / "roots.pem").write_bytes(made.root_pem())
    made.issue(["localhost", "127.0.0.1"]).write(folder, "server")
    made.issue(["other.example"]).write(folder, "other")
    return folder


@pytest.fixture
def config(authority):
    return Config(trust=Trust(ca_file=str(authority / "roots.pem")))


def context_of(authority, name="server"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / f"{name}.pem")
    return context


@pytest.fixture
def endpoint(authority, monkeypatch):
    made = []

    def start(*answers, name="server"):
        server = Endpoint(context_of(authority, name), *answers)
        made.append(server)
        monkeypatch.setenv(deliver.TEAMS_URL, server.url)
        monkeypatch.setenv(deliver.WEBHOOK_URL, server.url)
        return server

    yield start
    for server in made:
        server.shutdown()
        server.server_close()


def test_a_card_has_the_envelope_of_a_workflow_and_its_first_line_is_the_news():
    message = card_of(NEWS)
    (attachment,) = message["attachments"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert "MDM authority" in attachment["content"]["body"][0]["text"]


def test_a_card_stays_below_its_limit_and_shows_markup_as_it_is_written():
    hostile = Line("[click](https://evil.example) <b>x</b> " + "n" * 400, "high", "*bold*", None)
    huge = News(
        **{**{name: getattr(NEWS, name) for name in NEWS.__slots__}, "top": [hostile] * 200}
    )
    text = json.dumps(card_of(huge))
    assert len(text.encode()) <= LARGEST
    assert "](" not in text.replace("\\\\](", "").replace("\\\\]\\\\(", "")


def test_teams_is_told_and_only_accepted_is_claimed(endpoint, config):
    server = endpoint((202, {}))
    assert "accepted" in deliver.deliver_teams(NEWS, config)
    assert json.loads(server.seen[0][2])["type"] == "message"


def test_a_webhook_is_signed(endpoint, config):
    server = endpoint((200, {}))
    deliver.deliver_webhook(NEWS, config, "key")
    _, headers, body = server.seen[0]
    stamp = headers["X-Emsready-Timestamp"]
    mac = hmac.new(b"key", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Emsready-Signature"] == f"sha256={mac}"
    assert json.loads(body)["headline"] == NEWS.headline


def test_a_busy_service_is_asked_again_as_it_wishes(endpoint, config):
    endpoint((429, {"Retry-After": "7"}), (503, {}), (200, {}))
    waits = []
    deliver.deliver_webhook(NEWS, config, sleep=waits.append)
    assert waits == [2.0, 4.0]


@pytest.mark.parametrize(
    ("answers", "tries"),
    [([(400, {})], 1), ([(302, {"Location": "https://127.0.0.1:1/"})], 1), ([(500, {})] * 3, 3)],
)
def test_a_refusal_is_an_error_without_the_address(endpoint, config, answers, tries):
    server = endpoint(*answers)
    with pytest.raises(deliver.DeliveryError, match="answered") as caught:
        deliver.deliver_webhook(NEWS, config, sleep=lambda _: None)
    assert "very-secret" not in str(caught.value)
    assert len(server.seen) == tries


def test_a_stranger_in_the_place_of_the_service_gets_nothing(endpoint, config):
    server = endpoint(name="other")
    with pytest.raises(deliver.DeliveryError, match="not trusted"):
        deliver.deliver_teams(NEWS, config)
    assert server.seen == []


def test_an_address_that_is_not_set_is_named(config, monkeypatch):
    monkeypatch.delenv(deliver.TEAMS_URL, raising=False)
    with pytest.raises(deliver.DeliveryError, match="EMSREADY_TEAMS_URL"):
        deliver.deliver_teams(NEWS, config)


class Mailbox:
    """Keeps what a mail server was given."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.messages.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def mailbox(authority):
    box = Mailbox()
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context_of(authority),
        require_starttls=True,
    )
    server.start()
    box.port = server.port
    yield box
    server.stop()


def mailing(config, port, **more):
    mail = MailSection(
        host="localhost", port=port, sender="a@contoso.com", to=("b@contoso.com",), **more
    )
    return Config(trust=config.trust, notify=Notify(mail))


def test_a_mail_goes_out_over_starttls(mailbox, config):
    deliver.deliver_mail(NEWS, mailing(config, mailbox.port))
    assert "Subject: emsready, Contoso: 1 new blocker" in mailbox.messages[0]


def test_a_line_feed_in_a_name_makes_no_header(mailbox, config):
    hostile = News(
        **{**{n: getattr(NEWS, n) for n in NEWS.__slots__}, "customer": "x\r\nBcc: evil@x"}
    )
    deliver.deliver_mail(hostile, mailing(config, mailbox.port))
    head = mailbox.messages[0].partition("\r\n\r\n")[0]
    assert not any(line.startswith("Bcc") for line in head.splitlines())


def test_a_mail_server_that_is_not_trusted_gets_nothing(mailbox):
    with pytest.raises(deliver.DeliveryError, match="localhost"):
        deliver.deliver_mail(NEWS, mailing(Config(), mailbox.port))
    assert mailbox.messages == []


def test_a_mail_server_that_is_not_there_is_an_error_and_no_crash(config):
    with pytest.raises(deliver.DeliveryError, match="refused"):
        deliver.deliver_mail(NEWS, mailing(config, free_port()))


def test_the_news_is_the_worst_first():
    blocker = finding(severity=finding().severity.BLOCKER)
    news = news_of(days([], [blocker, finding(subject="b.example")]))
    assert news.headline.startswith("1 new blocker")
    assert news.worth("new")
    assert not news.worth("regressed")
    quiet = news_of(days([finding()], [finding()]))
    assert quiet.headline == "no change, 1 open"
    assert not quiet.worth("change")
    assert quiet.worth("always")
    assert news_of(days([finding()], [finding("pass")])).headline == "1 fixed, nothing new"


def test_a_message_speaks_the_language_of_its_reader():
    """Card and mail do; what a webhook gets is for programs."""
    speech = Speech("zh-CN")
    told = deliver.text_of(NEWS, speech)
    assert "\n网络\uff1a受阻\n" in told
    assert "\n首先完成\n- Set the MDM authority\uff08阻碍、终端管理员\uff09\n" in told
    texts = [one["text"] for one in card_of(NEWS, speech)["attachments"][0]["content"]["body"][3:]]
    assert texts[0].replace("\\", "") == "网络\uff1a受阻"
    assert speech.again(said("{count} fixed, nothing new", count=2)) == "已修复 2 项\uff0c没有新增"
