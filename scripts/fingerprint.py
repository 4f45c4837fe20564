"""Prints fingerprint and hash of one run, as Python sees them: SCENARIO [--until T]."""

import sys

import meshsim


def main() -> None:
    until = sys.argv[3] if sys.argv[2:3] == ["--until"] else None
    run = meshsim.load(sys.argv[1]).compile().run(until=until)
    print(run.fingerprint.replace("-", ""), run.hash.replace("-", ""))


if __name__ == "__main__":
    main()
