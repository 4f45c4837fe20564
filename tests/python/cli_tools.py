"""How the tests of the command line call it."""

import json
from typing import Any

import jsonschema
from click.testing import CliRunner, Result
from meshsim.cli import cli
from meshsim.cli.schema_command import schema_text
from meshsim.examples import TINY

RESULTS = json.loads(schema_text("results"))
KEEP = ["--set", "record.requests=true"]


def meshsim(*args: object, text: str | None = None, **env: str) -> Result:
    result = CliRunner().invoke(cli, [str(a) for a in args], input=text, env=env)
    assert "Traceback" not in result.output
    if result.exception is not None:
        assert isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*args: object, code: int = 0, text: str | None = None) -> Any:
    """The envelope of `--json`, checked against its schema."""
    result = meshsim(*args, "--json", text=text)
    assert result.exit_code == code, result.output
    envelope = json.loads(result.stdout)
    jsonschema.validate(envelope, RESULTS)
    assert envelope["exit_code"] == code
    assert envelope["command"] == args[0]
    return envelope


BAD = {
    "a typo": TINY.replace("rate: 50", "rte: 50"),
    "broken YAML": TINY + "---\na: [",
    "a wrong type": TINY.replace("replicas: 2", "replicas: many"),
    "a negative rate": TINY.replace("rate: 50", "rate: -50"),
    "a negative time": TINY.replace("until: 10s", "until: -10s"),
    "an absurd time": TINY.replace("until: 10s", "until: 99999999999999h"),
    "nothing": "",
    "a list": "[1, 2]",
    "a word": "hello",
    "binary": "\0\1\2",
    "an anchor in itself": "a: &a [*a]",
}
