"""The official OpenAI client against a gateway, unmodified. Prints one line per check; ends non-zero at the first that fails."""

import sys

import openai

client = openai.OpenAI(base_url=f"http://127.0.0.1:{sys.argv[1]}/v1", api_key="any", max_retries=0, timeout=20)


def check(name, holds, found):
    print(f"{'ok' if holds else 'FAILED'} {name}: {found}", flush=True)
    if not holds:
        sys.exit(1)


question = [{"role": "user", "content": "Which way blows the wind?"}]
whole = client.chat.completions.create(model="chat", messages=question, max_tokens=12, seed=7)
text = whole.choices[0].message.content
check("chat", bool(text) and whole.usage.completion_tokens == 12, repr(text))
again = client.chat.completions.create(model="chat", messages=question, max_tokens=12, seed=7)
check("same seed, same text", again.choices[0].message.content == text, repr(again.choices[0].message.content))

pieces, finish, usage = [], None, None
stream = client.chat.completions.create(
    model="chat", messages=question, max_tokens=12, seed=7, stream=True, stream_options={"include_usage": True})
for chunk in stream:
    usage = chunk.usage or usage
    for choice in chunk.choices:
        pieces.append(choice.delta.content or "")
        finish = choice.finish_reason or finish
check("stream", "".join(pieces) == text and finish in ("stop", "length"), repr("".join(pieces)))
check("stream usage", usage is not None and usage.completion_tokens == 12, usage)
check("stream in pieces", sum(1 for piece in pieces if piece) > 3, len(pieces))

completion = client.completions.create(model="chat", prompt="The wind", max_tokens=5)
check("completions", bool(completion.choices[0].text), repr(completion.choices[0].text))
vectors = client.embeddings.create(model="embeddings", input=["a", "b"])
check("embeddings", len(vectors.data) == 2 and len(vectors.data[0].embedding) > 8, len(vectors.data[0].embedding))
response = client.responses.create(model="chat", input="The wind", instructions="be brief", max_output_tokens=500)
check("responses", response.status == "completed" and bool(response.output_text), repr(response.output_text))
deltas, completed = [], None
with client.responses.create(
        model="chat", input="The wind", instructions="be brief", max_output_tokens=500, stream=True) as events:
    for event in events:
        if event.type == "response.output_text.delta":
            deltas.append(event.delta)
        if event.type == "response.completed":
            completed = event.response
check("responses stream", "".join(deltas) == response.output_text, repr("".join(deltas)))
check("responses usage", completed is not None and completed.usage.output_tokens == len(deltas), completed and completed.usage)
found = client.models.retrieve("chat")
check("model", found.id == "chat" and found.object == "model", found.id)
try:
    client.models.retrieve("no/such model")
    check("unknown model retrieved", False, "no error")
except openai.NotFoundError as error:
    check("unknown model retrieved", error.code == "model_not_found", error.code)
names = {model.id for model in client.models.list()}
check("models", {"chat", "chat-phi", "embeddings"} <= names, sorted(names))

try:
    client.chat.completions.create(model="no-such-model", messages=question)
    check("unknown model", False, "no error")
except openai.NotFoundError as error:
    check("unknown model", error.code == "model_not_found", error.code)
try:
    client.chat.completions.create(model="chat", messages="not a list")
    check("bad request", False, "no error")
except openai.BadRequestError as error:
    check("bad request", error.status_code == 400, error.status_code)
raw = client.chat.completions.with_raw_response.create(model="chat", messages=question, max_tokens=2)
check("where it was served", bool(raw.headers.get("x-tradewind-plane")), raw.headers.get("x-tradewind-plane"))
