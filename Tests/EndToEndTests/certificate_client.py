"""The official OpenAI client with a client certificate in place of a key. Prints one line per check; ends non-zero at the first that fails.

Arguments: port, authority, then a tenant's certificate and key, and a stranger's."""

import ssl
import sys

import openai

port, authority = sys.argv[1], sys.argv[2]
known, stranger = (sys.argv[3], sys.argv[4]), (sys.argv[5], sys.argv[6])


def client(pair):
    context = ssl.create_default_context(cafile=authority)
    # The test's authority is a plain one, without the extensions that newer Pythons ask for.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if pair:
        context.load_cert_chain(*pair)
    # The client insists on a key; this one is nobody's.
    return openai.OpenAI(
        base_url=f"https://127.0.0.1:{port}/v1", api_key="unused", max_retries=0, timeout=20,
        http_client=openai.DefaultHttpxClient(verify=context))


def check(name, holds, found):
    print(f"{'ok' if holds else 'FAILED'} {name}: {found}", flush=True)
    if not holds:
        sys.exit(1)


question = [{"role": "user", "content": "Which way blows the wind?"}]
whole = client(known).chat.completions.create(model="texts", messages=question, max_tokens=5)
check("a tenant's certificate", whole.usage.completion_tokens == 5, whole.choices[0].message.content)
pieces = [
    choice.delta.content or ""
    for chunk in client(known).chat.completions.create(model="texts", messages=question, max_tokens=5, stream=True)
    for choice in chunk.choices]
check("a stream", "".join(pieces) == whole.choices[0].message.content, pieces)
try:
    client(stranger).chat.completions.create(model="texts", messages=question, max_tokens=1)
    check("a stranger's certificate", False, "no error")
except openai.AuthenticationError as error:
    check("a stranger's certificate", error.code == "invalid_api_key", error.code)
try:
    client(None).chat.completions.create(model="texts", messages=question, max_tokens=1)
    check("no certificate", False, "no error")
except openai.APIConnectionError as error:
    check("no certificate", True, type(error.__cause__).__name__)
