"""A farm imitated by nginx: a real server's answers, cases of paths, challenges, and a plain port 80."""

import pytest

from scanner.config.model import Host
from scanner.evidence import federation as paths
from scanner.evidence.federation import FederationHost, FederationMetadata, Outcome
from scanner.lab.federation.document import document
from tests.servers.parts import free_port, need, running
from tests.sources.federation.farms import HOST, Farm, gathered

CONFIG = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} ssl; server_name {host};
    ssl_certificate {certificate}; ssl_certificate_key {certificate};
    location ~* ^/federationmetadata/2007-06/federationmetadata\\.xml$ {{
      default_type application/samlmetadata+xml; alias {folder}/metadata.xml; }}
    location = /adfs/.well-known/openid-configuration {{
      default_type application/json; return 200 '{{"issuer":"https://{host}/adfs"}}'; }}
    location = /adfs/ls/ {{ default_type text/html; return 200 "<html>sign in</html>"; }}
    location = /adfs/services/trust/2005/windowstransport {{ return 503; }}
    location = /adfs/services/trust/13/windowstransport {{
      add_header WWW-Authenticate Negotiate always; add_header WWW-Authenticate NTLM always;
      return 401; }}
  }}
  server {{ listen 127.0.0.1:{plain}; location = /adfs/probe {{ return 200; }} }}
}}
"""


@pytest.fixture
def nginx(tmp_path):
    program = need("nginx")
    farm = Farm(tmp_path)
    (tmp_path / "metadata.xml").write_bytes(document(HOST, [farm.key], []))
    port, plain = free_port(), free_port()
    text = CONFIG.format(
        folder=tmp_path, port=port, plain=plain, host=HOST, certificate=farm.certificate()
    )
    (tmp_path / "nginx.conf").write_text(text)
    command = [program, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"]
    with running(command, port=port):
        yield farm, f"127.0.0.1:{port}", f"127.0.0.1:{plain}"


def test_a_farm_behind_nginx(nginx):
    farm, address, plain = nginx
    found = gathered(farm.config(Host(HOST, "adfs", 443, address), connect={f"{HOST}:80": plain}))
    (face,) = found.one(FederationHost).faces
    assert face.trusted
    assert found.one(FederationMetadata).accepted
    assert face.answer(paths.OPENID).content == "openid"
    assert face.answer(paths.PASSIVE).status == 200
    assert face.answer(paths.WINDOWS_2005).status == 503
    assert face.answer(paths.WINDOWS_13).schemes == ("negotiate", "ntlm")
    assert face.answer(paths.USERNAME_13).status == 404
    assert face.answer(paths.PROBE).status == 200
    assert face.answer(paths.EXCHANGE).outcome is Outcome.ANSWERED
    assert abs(face.clock.offset) < 3
