"""Refreshing the endpoint list against a server that speaks as the web service does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scanner.cli.main import main
from scanner.sources.reachability import refresh as module
from scanner.sources.reachability.catalogue import bundled
from scanner.sources.reachability.refresh import RefreshError, current, refresh


class Service:
    """The web service: a version, records, and what went wrong with it."""

    def __init__(self):
        rows = [one for one in bundled().rows if one["cloud"] == "Worldwide" and "set_id" in one]
        sets = {}
        for row in rows:
            if str(row["area"]).startswith("M365-"):
                area = row["area"].removeprefix("M365-")
                one = sets.setdefault(
                    row["set_id"],
                    {
                        "id": row["set_id"],
                        "serviceArea": area,
                        "category": row.get("category"),
                        "urls": [],
                    },
                )
                one |= {"tcpPorts": row.get("tcp", ""), "required": row.get("required", True)}
                if row.get("fqdn"):
                    one["urls"].append(row["fqdn"])
        self.records = list(sets.values())
        self.version = "2026112400"
        self.status = 200
        self.asked = []

    def answer(self, path):
        self.asked.append(path)
        if path.startswith("/version/"):
            return {"instance": "Worldwide", "latest": self.version}
        return self.records


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(made.answer(self.path)).encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()


def test_a_newer_version_replaces_the_rows_of_microsoft_365_only(service):
    service.records[0]["urls"].append("brand-new.cloud.microsoft")
    done = refresh("Worldwide", service.url)
    assert done.changed
    found = current()
    assert found.origin == "refreshed"
    assert found.m365_versions["Worldwide"] == service.version
    names = {row.get("fqdn") for row in found.rows}
    assert "brand-new.cloud.microsoft" in names
    intune = [row for row in found.rows if row["area"] == "Intune"]
    assert len(intune) == sum(row["area"] == "Intune" for row in bundled().rows)
    device = next(
        row for row in found.rows if row.get("fqdn") == "device.login.microsoftonline.com"
    )
    assert device["tls_inspection_allowed"] == "no"
    assert module.refreshed_file().with_suffix(".sha256").is_file()


def test_the_newest_version_is_not_fetched_again(service):
    assert refresh("Worldwide", service.url).changed
    service.asked.clear()
    assert not refresh("Worldwide", service.url).changed
    assert [path.partition("?")[0] for path in service.asked] == ["/version/Worldwide"]
    ids = {path.partition("clientrequestid=")[2] for path in service.asked}
    assert len(ids) == 1


def test_the_list_before_is_kept(service):
    refresh("Worldwide", service.url)
    service.version = "2026112500"
    refresh("Worldwide", service.url)
    assert module.refreshed_file().with_suffix(".previous.json").is_file()


def spoil_count(service):
    del service.records[10:]


def spoil_names(service):
    for one in service.records:
        one["urls"] = [name for name in one["urls"] if name != "login.microsoftonline.com"]


def spoil_ports(service):
    service.records[3]["tcpPorts"] = "443,all"


def spoil_version(service):
    service.version = "newest"


def spoil_status(service):
    service.status = 429


@pytest.mark.parametrize(
    "spoil", [spoil_count, spoil_names, spoil_ports, spoil_version, spoil_status]
)
def test_what_cannot_be_a_whole_list_is_refused_and_nothing_is_written(service, spoil, capsys):
    spoil(service)
    with pytest.raises(RefreshError):
        refresh("Worldwide", service.url)
    assert not module.refreshed_file().exists()
    assert main(["endpoints", "update", "--service", service.url]) == 3
    assert "stays as it is" in capsys.readouterr().err


def test_the_command_says_what_it_did(service, capsys):
    assert main(["endpoints", "update", "--service", service.url]) == 0
    assert "replaced by 2026112400" in capsys.readouterr().out
    assert main(["endpoints", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["origin"] == "refreshed"
