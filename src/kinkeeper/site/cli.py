"""The command line: `kinkeeper` and its commands, with stable names, honest exit codes and an answer for machines.

0 done · 1 refused, or trouble was found · 2 the command was not understood. What people read goes to standard output,
progress and refusals to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from kinkeeper import __version__
from kinkeeper.site.environment import be_owner
from kinkeeper.site.grammar import COMMANDS

DONE, REFUSED, MISUSED = 0, 1, 2

EXIT_CODES = "Exit codes: 0 done, 1 refused or trouble was found, 2 the command was not understood."


def parser() -> argparse.ArgumentParser:
    """The whole command line, as `--help` and the reference page show it."""
    root = argparse.ArgumentParser(
        prog="kinkeeper",
        description="Case management that keeps families together and children in family-based care.",
        epilog=f"Settings come from the environment; KINKEEPER_DATA names the data folder. {EXIT_CODES}",
    )
    root.add_argument("--version", action="version", version=f"kinkeeper {__version__}")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in COMMANDS:
        add(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. What is refused is said in a sentence, without a trace."""
    asked = parser().parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    be_owner(asked.command)
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import OperationalError

    from kinkeeper.lib.refusals import Refused

    try:
        import django

        django.setup()
        from kinkeeper.lib.standing import passing

        with passing(f"kinkeeper {asked.command}"), _keys_in_hand(asked.command):
            return int(_called(asked.does)(asked))
    except Refused as refusal:
        return _say_no(str(refusal))
    except ImproperlyConfigured as error:
        return _say_no(str(error))
    except OperationalError as error:
        return _say_no(f"The database does not answer: {str(error).strip()}. Look at KINKEEPER_DATABASE_URL.")
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        return _say_no("Stopped.")


def _keys_in_hand(command: str) -> AbstractContextManager[object]:
    """A command loads the keys it needs together; what runs for days must not keep them, so there each job does."""
    from kinkeeper.keys.ring import keyring

    return nullcontext() if command in {"serve", "worker"} else keyring()


def _called(name: str) -> Callable[[argparse.Namespace], int]:
    module, _dot, function = name.rpartition(".")
    found: Callable[[argparse.Namespace], int] = getattr(import_module(f"kinkeeper.site.commands.{module}"), function)
    return found


def _say_no(sentence: str) -> int:
    print(f"kinkeeper: {sentence}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
