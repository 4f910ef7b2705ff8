"""An MCP server that registers itself with Sluice, keeps its lease, and leaves when it is stopped.

Python's standard library serves MCP (Streamable HTTP without sessions, revisions 2025-11-25 and 2026-07-28); gRPC does the rest.
The stubs are made from Sluice's contracts when the program starts, so that there is nothing to keep in step.
"""

import argparse
import importlib
import json
import os
import pathlib
import signal
import socket
import sys
import tempfile
import threading
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf.duration_pb2 import Duration
from grpc_tools import protoc

LEASE_SECONDS = 15
BODY_BYTES_MAX = 1024 * 1024
MODERN = "2026-07-28"
LEGACY = "2025-11-25"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"

TOOLS = [
    {
        "name": "time-in",
        "description": "The time of day at an offset from UTC.",
        "inputSchema": {
            "type": "object",
            "properties": {"utc_offset_hours": {"type": "number", "minimum": -14, "maximum": 14}},
            "required": ["utc_offset_hours"],
        },
    },
    {
        "name": "count-words",
        "description": "How many words a text has.",
        "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    },
]


class ToolError(Exception):
    """The tool was called wrongly: the model reads why, and may try again."""


def call_tool(name, arguments):
    if name == "time-in":
        hours = arguments.get("utc_offset_hours")
        if not isinstance(hours, (int, float)) or isinstance(hours, bool) or not -14 <= hours <= 14:
            raise ToolError("utc_offset_hours must be a number from -14 to 14")
        return datetime.now(timezone(timedelta(hours=hours))).strftime("%H:%M:%S")
    if name == "count-words":
        text = arguments.get("text")
        if not isinstance(text, str):
            raise ToolError("text must be a string")
        return str(len(text.split()))
    raise KeyError(name)


def answer(method, params):
    """The result of a request. KeyError: there is no such method or tool."""
    server = {"name": "python-clock", "version": "1.0.0"}
    if method == "initialize":
        return {"protocolVersion": LEGACY, "capabilities": {"tools": {}}, "serverInfo": server}
    if method == "server/discover":
        return {
            "supportedVersions": [MODERN, LEGACY],
            "capabilities": {"tools": {}},
            "ttlMs": 60_000,
            "cacheScope": "public",
            "_meta": {"io.modelcontextprotocol/serverInfo": server},
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": TOOLS, "ttlMs": 60_000, "cacheScope": "public"}
    if method == "tools/call":
        try:
            text, is_error = call_tool(params.get("name"), params.get("arguments") or {}), False
        except ToolError as error:
            text, is_error = str(error), True
        return {"content": [{"type": "text", "text": text}], "isError": is_error}
    raise KeyError(method)


class McpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        try:
            length = int(self.headers.get("content-length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= BODY_BYTES_MAX:
            self.close_connection = True
            return self.reply(413 if length > 0 else 411)
        try:
            message = json.loads(self.rfile.read(length))
            method, params = message["method"], message.get("params") or {}
        except (ValueError, KeyError, TypeError, AttributeError):
            return self.reply(400, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "not a request"}})
        if "id" not in message:
            return self.reply(202)
        body = {"jsonrpc": "2.0", "id": message["id"]}
        try:
            body["result"] = answer(method, params)
            if VERSION_KEY in (params.get("_meta") or {}):
                body["result"]["resultType"] = "complete"
        except KeyError as unknown:
            body["error"] = {"code": -32602 if method == "tools/call" else -32601, "message": f"there is no {unknown.args[0]}"}
        return self.reply(200, body)

    def do_GET(self):
        # No stream of our own: the specification's answer for that.
        self.reply(405)

    do_DELETE = do_GET

    def reply(self, status, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def load_contracts(proto):
    """Makes the stubs from the .proto files and imports them: (messages, stub class)."""
    wanted = "sluice/registry/v1/registry.proto"
    well_known = str(pathlib.Path(protoc.__file__).parent / "_proto")
    with tempfile.TemporaryDirectory(prefix="sluice-stubs-") as out:
        arguments = ["protoc", f"-I{proto}", f"-I{well_known}", f"--python_out={out}", f"--grpc_python_out={out}", wanted]
        if protoc.main(arguments) != 0:
            sys.exit(f"the contracts in {proto} can't be compiled; --proto names their folder")
        sys.path.insert(0, out)
        messages = importlib.import_module("sluice.registry.v1.registry_pb2")
        services = importlib.import_module("sluice.registry.v1.registry_pb2_grpc")
        sys.path.remove(out)
    return messages, services.RegistryServiceStub


class Registration:
    """Keeps one upstream of one server registered."""

    def __init__(self, stub, messages, *, key, name, upstream_id, url):
        self.stub, self.messages, self.name, self.upstream_id, self.url = stub, messages, name, upstream_id, url
        self.options = {"metadata": (("authorization", f"Bearer {key}"),), "timeout": 5}

    def register(self):
        endpoint = self.messages.HttpEndpoint(url=self.url)
        definition = self.messages.ServerDefinition(
            name=self.name,
            title="Clock",
            description="The time, and counted words. An example in Python.",
            labels={"language": "python"},
            upstreams=[self.messages.Upstream(id=self.upstream_id, http=endpoint)],
        )
        request = self.messages.RegisterServerRequest(server=definition, lease=Duration(seconds=LEASE_SECONDS))
        self.stub.RegisterServer(request, **self.options)
        print(f"registered {self.name} ({self.upstream_id}) at {self.url}", flush=True)

    def heartbeat(self):
        """Renews the lease; registers again where the gate has forgotten us. What fails is tried again at the next beat."""
        lease = Duration(seconds=LEASE_SECONDS)
        request = self.messages.HeartbeatRequest(name=self.name, upstream_id=self.upstream_id, lease=lease)
        try:
            self.stub.Heartbeat(request, **self.options)
        except grpc.RpcError as error:
            print(f"heartbeat: {error.code().name}: {error.details()}", file=sys.stderr, flush=True)
            if error.code() == grpc.StatusCode.NOT_FOUND:
                try:
                    self.register()
                except grpc.RpcError as again:
                    print(f"register: {again.code().name}: {again.details()}", file=sys.stderr, flush=True)

    def leave(self):
        try:
            request = self.messages.RemoveServerRequest(name=self.name, upstream_id=self.upstream_id)
            self.stub.RemoveServer(request, **self.options)
            print(f"left {self.name} ({self.upstream_id})", flush=True)
        except grpc.RpcError as error:
            # The lease ends by itself.
            print(f"leave: {error.code().name}: {error.details()}", file=sys.stderr, flush=True)


def main():
    here = pathlib.Path(__file__).resolve()
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--grpc", default=os.environ.get("SLUICE_GRPC", "127.0.0.1:9090"), help="address of Sluice's control plane")
    options.add_argument("--name", default="python-clock", help="name of the server")
    options.add_argument("--port", type=int, default=0, help="port to serve MCP on; any free one unless told")
    options.add_argument("--proto", default=str(here.parents[3] / "proto"), help="folder of Sluice's contracts")
    given = options.parse_args()
    key = os.environ.get("SLUICE_API_KEY") or sys.exit("set SLUICE_API_KEY to an API key with the role `service`")

    messages, stub_class = load_contracts(given.proto)
    http = ThreadingHTTPServer(("127.0.0.1", given.port), McpHandler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    upstream_id = f"{socket.gethostname().split('.')[0][:40]}-{uuid.uuid4().hex[:8]}"
    url = f"http://127.0.0.1:{http.server_port}/mcp"

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with grpc.insecure_channel(given.grpc) as channel:
        registration = Registration(stub_class(channel), messages, key=key, name=given.name, upstream_id=upstream_id, url=url)
        try:
            registration.register()
        except grpc.RpcError as error:
            sys.exit(f"{given.grpc}: {error.code().name}: {error.details()}")
        while not stop.wait(LEASE_SECONDS / 3):
            registration.heartbeat()
        # First no new calls, then no server.
        registration.leave()
    http.shutdown()


if __name__ == "__main__":
    main()
