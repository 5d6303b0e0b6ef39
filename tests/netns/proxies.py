"""Proxies for the rig's firewall: squid in several habits, and SOCKS. Each gives argv and port."""

from tests.servers.parts import need

GATE = "10.77.1.1"
CERTGEN = "/usr/lib/squid/security_file_certgen"


def _squid(folder, name, port, lines):
    home = folder / name
    home.mkdir()
    home.chmod(0o777)
    config = home / "squid.conf"
    config.write_text(
        "\n".join(
            [
                f"pid_filename {home}/squid.pid",
                f"cache_log {home}/cache.log",
                "access_log none",
                "cache deny all",
                "dns_nameservers 198.51.100.53",
                "shutdown_lifetime 1 seconds",
                f"coredump_dir {home}",
                "connect_timeout 3 seconds",
                "forward_max_tries 1",
                "hosts_file none",
                "visible_hostname gate.rig.test",
                *lines,
            ]
        )
        + "\n"
    )
    program = need("squid")
    # squid never stays root: in a user namespace of its own it is somebody else from the start
    argv = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
    argv += [program, "-N", "-n", f"rig{port}", "-f", str(config)]
    return {"argv": argv, "port": port}


def explicit(folder):
    """A plain proxy that forbids one name."""
    lines = [
        f"http_port {GATE}:3128",
        "acl forbidden dstdomain forbidden.rig.test",
        "http_access deny forbidden",
        "http_access allow all",
    ]
    return _squid(folder, "explicit", 3128, lines)


def signed_in(folder):
    """A proxy that wants Basic authentication: user 'u', password 'p4ssw0rd-p'."""
    helper = folder / "check.py"
    helper.write_text(
        "#!/bin/sh\nwhile read -r user password rest; do\n"
        ' if [ "$user $password" = "u p4ssw0rd-p" ]; then echo OK; else echo ERR; fi\ndone\n'
    )
    helper.chmod(0o755)
    lines = [
        f"http_port {GATE}:3129",
        f"auth_param basic program {helper}",
        "auth_param basic realm rig",
        "acl known proxy_auth REQUIRED",
        "http_access allow known",
        "http_access deny all",
    ]
    return _squid(folder, "signed-in", 3129, lines)


def inspecting(folder):
    """TLS inspection with the corporate CA, explicit on 3130 and in between on 3131."""
    database = folder / "ssl_db"
    bump = f"ssl-bump cert={folder}/inspection.pem generate-host-certificates=on"
    lines = [
        f"http_port {GATE}:3130 {bump}",
        f"https_port {GATE}:3131 intercept {bump}",
        f"sslcrtd_program {CERTGEN} -s {database} -M 4MB",
        "acl step1 at_step SslBump1",
        "acl exempt ssl::server_name exempt.rig.test",
        "acl cut ssl::server_name cut-by-name.rig.test",
        "ssl_bump peek step1",
        "ssl_bump terminate cut",
        "ssl_bump splice exempt",
        "ssl_bump bump all",
        f"tls_outgoing_options cafile={folder}/public.pem",
        "host_verify_strict off",
        "http_access allow all",
    ]
    made = _squid(folder, "inspecting", 3130, lines)
    made["before"] = f"{CERTGEN} -c -s {database} -M 4MB >/dev/null && chmod -R 777 {database}"
    return made


def socks(folder):
    """SOCKS 5 without and with a sign-in."""
    _ = folder
    program = need("microsocks")
    return [
        {"argv": [program, "-i", GATE, "-p", "1080"], "port": 1080},
        {"argv": [program, "-i", GATE, "-p", "1081", "-u", "u", "-P", "p"], "port": 1081},
    ]
