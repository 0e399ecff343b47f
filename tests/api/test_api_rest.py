"""Deployments over HTTP."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import NoReturn

import pytest
from tests.api.conftest import Api, Serve, table

from dmnroute.api.server import serving
from dmnroute.errors import UsageError

SHARED = "a-secret-that-is-long"
BOBS = "another-secret-of-bob"
FORM = {"Content-Type": "multipart/form-data; boundary=edge"}
CASES = """
tests:
  - name: the first hop greets
    given: {run: {hop: 1}}
    rules: [1]
"""


def basic(name: str, secret: str) -> str:
    return "Basic " + b64encode(f"{name}:{secret}".encode()).decode()


@asynccontextmanager
async def begun(api: Api, headers: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which the head of a deployment was sent."""
    address = api.addresses.http.removeprefix("http://")
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    kind = f"Content-Type: {FORM['Content-Type']}"
    writer.write(f"POST /v2/deployments HTTP/1.1\r\nHost: {address}\r\n{kind}\r\n{headers}\r\n\r\n".encode())
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def send_for_ever(writer: asyncio.StreamWriter) -> NoReturn:
    while True:
        writer.write(b"x" * 100_000)
        await writer.drain()


async def test_a_good_table_is_published_and_decides(api: Api) -> None:
    """The answer has Camunda's shape, the audit log who and why."""
    (api.folder / "p.tests.yaml").write_text(CASES)
    said = await api.deploy(("p.dmn", table()), **{"User-Agent": "camunda8-sdk-nodejs/8.7.30 linux"})
    assert said.status == 200
    keys = [said.json["deploymentKey"]]
    first, second = said.json["deployments"]
    keys += [first["decisionDefinition"].pop("decisionDefinitionKey")]
    keys += [each.pop("decisionRequirementsKey") for entry in (first, second) for each in entry.values()]
    assert all(0 < int(key) < 2**53 for key in keys)
    assert keys[2] == keys[3]
    assert (first, second, said.json["tenantId"]) == (
        {
            "decisionDefinition": {
                "decisionDefinitionId": "Route",
                "name": "Route",
                "version": 1,
                "decisionRequirementsId": "tables",
                "tenantId": "<default>",
            }
        },
        {
            "decisionRequirements": {
                "decisionRequirementsId": "tables",
                "decisionRequirementsName": "tables",
                "version": 1,
                "resourceName": "p.dmn",
                "tenantId": "<default>",
            }
        },
        "<default>",
    )
    assert said.json["policies"] == [
        {"policy": "p", "version": 1, "state": "active", "changes": [], "cases": 1, "held": None, "warnings": []}
    ]
    assert await api.log() == [
        ("verify", 1, "ada", "deployed from Camunda Modeler"),
        ("activate", 1, "ada", "deployed from Camunda Modeler"),
    ]


async def test_deploying_the_same_again_changes_nothing(api: Api) -> None:
    """The same keys, and nothing new in the audit log; a changed table has another version and other keys."""
    first, again = [(await api.deploy(("p.dmn", table()))).json for _ in range(2)]
    assert first == again
    assert len(await api.log()) == 2
    other = (await api.deploy(("p.dmn", table(reason="because")))).json
    assert other["policies"][0]["changes"] == ['Route rule 1, reason: `"why not"` → `"because"`']
    assert other["deploymentKey"] != first["deploymentKey"]


async def test_a_bad_table_is_refused_with_its_places(api: Api) -> None:
    """As a problem detail, whose text says it all on one line."""
    said = await api.deploy(("p.dmn", table(agent="gret")))
    assert (said.status, said.headers["content-type"]) == (400, "application/problem+json")
    assert said.json == {
        "type": "about:blank",
        "title": "INVALID_ARGUMENT",
        "status": 400,
        "detail": "nothing was deployed, 1 error: p.dmn, decision `Route`, rule 1, output agent: "
        "unknown agent `gret`; did you mean `greet`? (known agents: `greet`)",
        "instance": "/v2/deployments",
        "code": "refused",
        "findings": [
            {
                "code": "unknown_agent",
                "severity": "error",
                "message": "unknown agent `gret`; did you mean `greet`?",
                "file": "p.dmn",
                "decision": "Route",
                "rule": 1,
                "column": "output agent",
                "text": '"gret"',
                "hint": "known agents: `greet`",
            }
        ],
    }
    assert await api.versions.store.published() == []


async def test_of_several_tables_all_are_published_or_none(api: Api) -> None:
    """The errors of all of them are told at once."""
    said = await api.deploy(("a.dmn", table()), ("b.dmn", table(agent="gret")), ("c.dmn", b"<no xml"))
    assert said.json["detail"].startswith("nothing was deployed, 2 errors: (1) b.dmn, decision `Route`, rule 1, output")
    assert "; (2) c.dmn: " in said.json["detail"]
    assert await api.versions.store.published() == []
    assert (await api.deploy(("a.dmn", table()), ("b.dmn", table()))).status == 200
    assert await api.versions.store.published() == ["a", "b"]


async def test_the_projects_test_cases_are_asked(api: Api) -> None:
    """A table that fails them is refused."""
    (api.folder / "p.tests.yaml").write_text(CASES.replace("[1]", "[2]"))
    said = await api.deploy(("p.dmn", table()))
    assert said.json["detail"] == (
        "nothing was deployed, 1 error: p.tests.yaml:3: test case `the first hop greets` failed: "
        "expected rule 2, found rule 1"
    )


async def test_with_four_eyes_a_table_is_kept_and_doesnt_decide_yet(serve: Serve) -> None:
    """The answer says why; nobody approves what they deployed themselves."""
    api = await serve(four_eyes=True, tokens={"ann": SHARED, "bob": BOBS})
    for _ in range(2):
        found = (await api.deploy(("p.dmn", table()), Authorization=f"Bearer {SHARED}")).json["policies"][0]
        assert (found["state"], found["held"]) == (
            "verified",
            "version 1 of policy `p` was published by ann: somebody else has to approve it",
        )
    found = (await api.deploy(("p.dmn", table()), Authorization=f"Bearer {BOBS}")).json["policies"][0]
    assert (found["state"], found["held"]) == ("active", None)


async def test_a_tenants_table_decides_its_own_runs(api: Api) -> None:
    """Modeler's field `Tenant ID` says whose; Camunda's `<default>` is our default one."""
    assert (await api.deploy(("p.dmn", table()), tenant="<default>")).json["tenantId"] == "<default>"
    said = await api.deploy(("p.dmn", table(reason="north")), tenant="north")
    assert said.json["deployments"][0]["decisionDefinition"]["tenantId"] == "north"
    life, now = await api.versions.life("p"), api.versions.clock.now()
    assert (life.active(now), life.active(now, "north"), life.active(now, "south")) == (1, 2, 1)
    assert (await api.deploy(("p.dmn", table()), tenant="no\x07rth")).json["code"] == "bad_tenant"


@pytest.mark.parametrize(
    ("header", "who"),
    [
        (f"Bearer {SHARED}", "ada"),
        (basic("cy", SHARED), "cy"),
        (f"bearer {BOBS}", "bob"),
        (basic("cy", BOBS), "bob"),
    ],
    ids=["for all", "for all, with a name", "of one", "of one, with another name"],
)
async def test_a_token_lets_in_and_says_who(header: str, who: str, serve: Serve) -> None:
    """One person's token gives their name, whatever else they say."""
    api = await serve(token=SHARED, tokens={"bob": BOBS})
    assert (await api.deploy(("p.dmn", table()), Authorization=header)).status == 200
    assert {each[2] for each in await api.log()} == {who}


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "a token is needed"),
        ("Bearer " + "x" * 21, "this token isn't known"),
        (basic("ada", "wrong"), "this token isn't known"),
        ("Basic !!!", "a token is needed"),
        (f"Digest {SHARED}", "a token is needed"),
        (basic(SHARED, ""), "a token is needed"),
    ],
)
async def test_without_a_token_that_is_known_nothing_is_told(header: str | None, detail: str, serve: Serve) -> None:
    """Not even whether a connection would be good."""
    api = await serve(token=SHARED)
    headers = {} if header is None else {"Authorization": header}
    for said in (await api.get(**headers), await api.deploy(("p.dmn", table()), **headers)):
        assert (said.status, said.headers["www-authenticate"]) == (401, 'Basic realm="dmnroute"')
        assert said.json["detail"].startswith(detail)
    assert await api.log() == []


async def test_without_a_token_nobody_else_may_connect(serve: Serve) -> None:
    """An address that others can reach needs one, and one that can't be guessed."""
    with pytest.raises(UsageError) as refused:
        await serve(host="0.0.0.0")
    assert (refused.value.code, refused.value.message) == (
        "token_needed",
        "who can reach `0.0.0.0` could publish: a token is needed",
    )
    with pytest.raises(ValueError, match="16 characters or more"):
        await serve(host="0.0.0.0", token="short")
    assert (await (await serve(host="0.0.0.0", token=SHARED)).get()).status == 401


async def test_a_web_page_cant_deploy(api: Api) -> None:
    """Neither from its own origin, nor by a name that leads to this machine."""
    said = await api.deploy(("p.dmn", table()), Origin="https://evil.example")
    assert (said.status, said.json["detail"]) == (403, "web pages can't deploy")
    said = await api.deploy(("p.dmn", table()), Host="evil.example:8090")
    assert (said.status, said.json["detail"]) == (
        403,
        "`evil.example:8090` is no name of this machine; ask for `127.0.0.1`",
    )
    assert await api.log() == []
    assert (await api.get(Host="localhost:8090")).status == 200
    assert (await api.get(Host="[::1]:8090")).status == 200


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("../p.dmn", "'../p.dmn' can't be the name of a file"),
        ("/etc/p.dmn", "'/etc/p.dmn' can't be the name of a file"),
        ("..\\\\p.dmn", "'..\\\\p.dmn' can't be the name of a file"),
        ("p\x00.dmn", "'p\\x00.dmn' can't be the name of a file"),
        ("x" * 300 + ".dmn", f"'{'x' * 300}.dmn' can't be the name of a file"),
        (".dmn", "`.dmn` can't be the file of a policy (it is named as in `intake.dmn`)"),
        ("p.exe", "`p.exe` is no kind of file that is known here (`.dmn`, `.bpmn` and `.form`)"),
    ],
)
async def test_a_name_is_never_a_path(name: str, detail: str, api: Api) -> None:
    """Whatever a client calls its file, nothing is read or written by that name."""
    said = await api.deploy((name, table()))
    assert (said.status, said.json["detail"]) == (400, detail)
    assert [path.name for path in api.folder.iterdir()] == []


async def test_what_makes_no_sense_is_said(api: Api) -> None:
    """No file, the same twice, no form."""
    assert (await api.deploy()).json["code"] == "no_files"
    assert (await api.deploy(("p.dmn", table()), ("p.dmn", table()))).json["detail"] == "`p.dmn` is there twice"
    assert (await api.post(b"{}", **{"Content-Type": "application/json"})).json["code"] == "no_files"
    said = await api.post(b"nonsense", **{"Content-Type": "multipart/form-data; boundary=x"})
    assert (said.status, said.json["title"]) == (400, "INVALID_ARGUMENT")
    said = await api.get("/v2/process-instances")
    assert (said.status, said.json["detail"]) == (
        404,
        "there is only `GET /v2/topology` and `POST /v2/deployments` here; for all else, ask a broker of Zeebe",
    )


async def test_too_much_is_refused(serve: Serve) -> None:
    """With or without a length given before."""
    api = await serve(max_bytes=20_000)
    said = await api.deploy(("p.dmn", b"x" * 30_000))
    assert (said.status, said.json["detail"]) == (413, "a deployment may have 20000 bytes")

    def endless() -> Iterator[bytes]:
        yield b'--edge\r\nContent-Disposition: form-data; name="resources"; filename="p.dmn"\r\n\r\n'
        yield from [b"x" * 1_000] * 30

    assert (await api.post(endless(), **FORM, **{"Transfer-Encoding": "chunked"})).status == 413


async def test_a_refusal_reaches_who_is_still_sending(serve: Serve) -> None:
    """A connection that is closed meanwhile would say `broken pipe`: the rest is read, and thrown away."""
    api = await serve(max_bytes=20_000)
    body = b"x" * 30_000_000  # more than what a socket holds back
    for headers in ({}, {"Transfer-Encoding": "chunked"}, {"Origin": "http://example.com"}):
        said = await api.post(iter([body]) if "Transfer-Encoding" in headers else body, **FORM, **headers)
        assert said.status == (403 if "Origin" in headers else 413)
    assert (await api.get()).status == 200


async def test_who_never_stops_sending_is_heard_for_a_while(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is there at once; the connection isn't for ever."""
    monkeypatch.setattr("dmnroute.api.lingering.LINGER", 0.2)
    api = await serve(max_bytes=20_000)
    async with begun(api, "Content-Length: 9000000000") as (reader, writer):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        with pytest.raises(ConnectionError):
            await send_for_ever(writer)


async def test_who_waits_for_a_word_before_sending_is_refused_at_once(serve: Serve) -> None:
    """Clients like curl ask first when there is much to send."""
    api = await serve(max_bytes=20_000)
    async with begun(api, "Content-Length: 30000\r\nExpect: 100-continue") as (reader, _), asyncio.timeout(2):
        assert (await reader.read()).startswith(b"HTTP/1.1 413 ")


async def test_who_sends_too_slowly_is_not_waited_for(serve: Serve) -> None:
    """The connection isn't held for as long as a client likes."""
    api = await serve(patience=0.2)
    async with begun(api, "Content-Length: 1000") as (reader, writer), asyncio.timeout(2):
        writer.write(b"--edge")
        answer = (await reader.read()).decode()
    assert answer.startswith("HTTP/1.1 408 ")
    assert json.loads(answer.partition("\r\n\r\n")[2])["detail"] == "the deployment didn't arrive within 0.2 seconds"


async def test_a_silent_connection_is_ended(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred of them would keep everybody out."""
    monkeypatch.setattr("dmnroute.api.server.FIRST_PATIENCE", 0.2)
    api = await serve()
    host, _, port = api.addresses.http.removeprefix("http://").partition(":")
    for beginning in (b"", b"POST /v2/deployments HTTP/1.1\r\nHost: 127"):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(beginning)
        assert await reader.read() == b""
        writer.close()
    assert (await api.get()).status == 200


async def test_what_a_table_says_cant_steer_a_terminal(api: Api) -> None:
    """Neither in the answer nor in the log of the server."""
    said = await api.deploy(("p.dmn", table(agent="gr\x7f\x9b31met")))
    assert "unknown agent `gr\ufffd\ufffd31met`" in said.json["detail"]


async def test_without_a_broker_nothing_is_half_done(api: Api) -> None:
    """A process can't be passed on: the table beside it isn't published either."""
    said = await api.deploy(("p.dmn", table()), ("q.bpmn", b"<definitions/>"))
    assert (said.status, said.json["title"], said.json["code"]) == (502, "UNAVAILABLE", "broker_unavailable")
    assert said.json["detail"].startswith("no broker answers at 127.0.0.1:1: connection refused")
    assert await api.log() == []


async def test_a_port_that_is_taken_is_said(api: Api, serve: Serve) -> None:
    """With the option that chooses another one."""
    from dmnroute.api.callers import Door
    from dmnroute.api.deployments import Deployments
    from dmnroute.errors import OperatorError
    from dmnroute.listening import Listening

    port, grpc_port = (int(address.rpartition(":")[2]) for address in (api.addresses.http, api.addresses.grpc))
    for given, option in (
        ({"port": port, "grpc_port": 0}, "--port"),
        ({"port": 0, "grpc_port": grpc_port}, "--grpc-port"),
    ):
        with pytest.raises(OperatorError) as refused:
            async with serving(Deployments(Door(Listening(**given)), None)):  # type: ignore[arg-type]  # never asked
                pass
        assert refused.value.code == "port_taken"
        assert refused.value.hint.startswith(f"`{option}` chooses another one")
