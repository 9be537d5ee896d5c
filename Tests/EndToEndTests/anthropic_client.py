"""The official Anthropic client against a gateway, unmodified. Prints one line per check; ends non-zero at the first that fails.

Arguments: port, model, and where the fleet declares tenants a key with a limit of requests that this goes beyond."""

import sys

import anthropic

port, model = sys.argv[1], sys.argv[2]
key = sys.argv[3] if len(sys.argv) > 3 else None
base = f"http://127.0.0.1:{port}"
client = anthropic.Anthropic(base_url=base, api_key=key or "any", max_retries=0, timeout=20)


def check(name, holds, found):
    print(f"{'ok' if holds else 'FAILED'} {name}: {found}", flush=True)
    if not holds:
        sys.exit(1)


question = [{"role": "user", "content": "Which way blows the wind?"}]
tools = [{"name": "forecast", "description": "Tells the wind",
          "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}}}]

whole = client.messages.create(model=model, max_tokens=12, system="be brief", messages=question)
text = whole.content[0].text
check("message", bool(text) and whole.usage.output_tokens == 12 and whole.stop_reason == "max_tokens", repr(text))

with client.messages.stream(model=model, max_tokens=12, system="be brief", messages=question) as stream:
    pieces = list(stream.text_stream)
    final = stream.get_final_message()
check("stream", "".join(pieces) == text and len(pieces) == 12, repr("".join(pieces)))
check("stream usage", final.usage.output_tokens == 12 and final.usage.input_tokens == whole.usage.input_tokens, final.usage)
kinds = [event.type for event in client.messages.create(
    model=model, max_tokens=2, messages=question, stream=True)]
check("events", kinds[0] == "message_start" and kinds[-2:] == ["message_delta", "message_stop"], kinds)

conversation = question + [
    {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "forecast", "input": {"place": "Toronto"}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "north, 12 knots"}]},
]
used = client.messages.create(
    model=model, max_tokens=3, messages=conversation, tools=tools, tool_choice={"type": "auto"},
    extra_headers={"anthropic-beta": "some-beta-2026-01-01"})
counted = client.messages.count_tokens(model=model, messages=conversation, tools=tools)
check("tools", used.usage.input_tokens == counted.input_tokens > whole.usage.input_tokens, counted.input_tokens)

names = [entry.id for entry in client.models.list()]
check("models", model in names, names)
try:
    client.messages.create(model="no-such-model", max_tokens=1, messages=question)
    check("unknown model", False, "no error")
except anthropic.NotFoundError as error:
    check("unknown model", error.body["error"]["type"] == "not_found_error", error.body["error"]["type"])
try:
    client.messages.create(model=model, max_tokens=0, messages=question)
    check("bad request", False, "no error")
except anthropic.BadRequestError as error:
    check("bad request", error.body["error"]["type"] == "invalid_request_error", error.body["error"]["type"])

if key:
    try:
        anthropic.Anthropic(base_url=base, api_key="wrong", max_retries=0).messages.create(
            model=model, max_tokens=1, messages=question)
        check("unknown key", False, "no error")
    except anthropic.AuthenticationError as error:
        check("unknown key", error.body["error"]["type"] == "authentication_error", error.body["error"]["type"])
    try:
        for _ in range(100):
            client.messages.create(model=model, max_tokens=1, messages=question)
        check("rate limit", False, "no error")
    except anthropic.RateLimitError as error:
        found = error.body["error"]["type"]
        check("rate limit", found == "rate_limit_error" and int(error.response.headers["retry-after"]) > 0, found)
