"""Which addresses may be asked: numbers of every kind, names for them, and where both lead."""

from __future__ import annotations

import io
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from diffmine.data.web import client as clients
from diffmine.data.web import gate as gates
from diffmine.data.web.client import Client
from diffmine.data.web.errors import LastingError, PassingError
from diffmine.data.web.gate import Gate, kind_of, web_url
from tests.unit.data.museum import open_museum


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("93.184.216.34", "public"),
        ("2606:2800:220:1::1", "public"),
        ("127.0.0.1", "loopback"),
        ("127.8.9.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("169.254.169.254", "link"),
        ("fe80::1%eth0", "link"),
        ("0.0.0.0", "none"),
        ("::", "none"),
        ("224.0.0.1", "none"),
    ],
)
def test_a_number_is_of_its_kind(number: str, kind: str) -> None:
    assert kind_of(number) == kind


@pytest.mark.parametrize(
    "address",
    [
        "ftp://museum.example/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "https:///a",
        "//museum.example/a",
        "http://name:word@museum.example/a",
        "http://[::1/a",
        "http://museum.example:99999999/a",
        "",
        "a" * 5000,
    ],
)
def test_what_is_no_address_of_the_web_is_never_asked(address: str) -> None:
    with pytest.raises(LastingError, match="no address of the web"):
        web_url(address)


def named(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> list[str]:
    """Hosts by names, as a resolver would have them; those that were looked up."""
    asked: list[str] = []

    def numbers_of(host: str, port: int) -> list[str]:
        asked.append(host)
        return names.get(host, [host])

    monkeypatch.setattr(gates, "numbers_of", numbers_of)
    return asked


def test_foreign_files_reach_the_public_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = {"museum.example": ["93.184.216.34"], "evil.example": ["93.184.216.34", "127.0.0.1"]}
    named(monkeypatch, hosts)
    gate = Gate()
    assert gate.numbers(web_url("https://museum.example/a")) == ["93.184.216.34"]
    for host in ("evil.example", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"):
        with pytest.raises(LastingError, match="address of this machine or network"):
            gate.numbers(web_url(f"http://{host}/a"))


def test_a_person_who_names_an_address_of_a_network_means_that_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hosts = {"archive.intra": ["10.0.0.5"], "images.intra": ["10.0.0.6"]}
    named(monkeypatch, hosts)
    gate = Gate("https://archive.intra/manifest.json")
    assert gate.numbers(web_url("http://images.intra/a")) == ["10.0.0.6"]
    for host in ("127.0.0.1", "169.254.169.254"):
        with pytest.raises(LastingError):
            gate.numbers(web_url(f"http://{host}/a"))
    with pytest.raises(LastingError):  # not even for who names it
        Gate("http://169.254.169.254/latest").numbers(web_url("http://169.254.169.254/latest"))


def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = named(monkeypatch, {"museum.example": ["93.184.216.34"]})
    gate = Gate()
    for path in "abc":
        gate.numbers(web_url(f"https://museum.example/{path}"))
    assert asked == ["museum.example"]


def test_a_public_name_that_leads_to_this_machine_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The museum stands for a public host; it leads on to an address inside, which is not asked."""
    with open_museum() as museum:
        named(monkeypatch, {})
        kinds = {"127.0.0.1": "public"}
        monkeypatch.setattr(gates, "kind_of", lambda number: kinds.get(number, kind_of(number)))
        port = museum.address.rpartition(":")[2]
        museum.troubles["/a"] = [(302, {"Location": f"http://127.0.0.2:{port}/iiif/3/1"}, b"")]
        client = Client("", pause=0.0)
        with pytest.raises(LastingError, match="address of this machine or network"):
            client.fetch(f"{museum.address}/a", io.BytesIO(), 1000, "*/*")
        client.close()
        assert museum.asked == ["/a"]


def test_a_host_without_a_number_may_have_one_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def numbers_of(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(gates, "numbers_of", numbers_of)
    monkeypatch.setattr(clients, "BACK_OFF", 0.001)
    with pytest.raises(PassingError, match="not known here: Name or service not known"):
        Client(pause=0.0).fetch("https://museum.example/a", io.BytesIO(), 1000, "*/*")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of museum.example that signs itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl")
    folder = tmp_path_factory.mktemp("tls")
    own, key = folder / "own.pem", folder / "key.pem"
    name = ("-subj", "/CN=museum.example", "-addext", "subjectAltName=DNS:museum.example")
    how = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    files = ("-keyout", str(key), "-out", str(own))
    subprocess.run([openssl, "req", "-x509", *how, *name, *files], check=True, capture_output=True)
    return own, key


def test_the_name_of_a_certificate_is_that_of_the_address_and_not_of_the_number(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, {name: ["127.0.0.1"] for name in ("museum.example", "other.example")})
    monkeypatch.setattr(clients, "BACK_OFF", 0.001)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(clients, "_context", lambda: trusting)
    with open_museum(certificate) as museum:
        museum.documents["/a"] = {"whole": True}
        port = museum.address.rpartition(":")[2]
        for name in ("museum", "other"):
            home = f"https://{name}.example:{port}/a"
            client, file = Client(home, pause=0.0), io.BytesIO()
            if name == "museum":
                client.fetch(home, file, 1000, "*/*")
                assert file.getvalue() == b'{"whole": true}'
            else:
                with pytest.raises(PassingError, match="CERTIFICATE_VERIFY_FAILED"):
                    client.fetch(home, file, 1000, "*/*")
            client.close()
        assert museum.asked == ["/a"]
        assert museum.hosts == {f"museum.example:{port}"}
