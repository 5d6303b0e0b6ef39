"""Tell people elsewhere what the newest run brought: a Teams workflow, a webhook, mail.

Addresses and keys come from the environment: EMSREADY_TEAMS_URL, EMSREADY_WEBHOOK_URL,
EMSREADY_WEBHOOK_KEY, and for mail the password of [notify.mail].
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_CONFIG, DEFAULT_OUT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("channel", choices=("teams", "webhook", "mail"))
    parser.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    parser.add_argument("-c", "--config", metavar="FILE", help=f"default: ./{DEFAULT_CONFIG}")
    parser.add_argument(
        "--on",
        choices=("change", "new", "regressed", "always"),
        default="change",
        help="only where that happened; default: change",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the message, send nothing")
    parser.add_argument(
        "--notify-required", action="store_true", help="code 5 where it could not be delivered"
    )


def run(arguments: argparse.Namespace) -> int:
    """Deliver, or say why not. A failed delivery is a warning: the scan itself went well."""
    from scanner.cli.formats import language  # noqa: PLC0415
    from scanner.config import Config, read_config  # noqa: PLC0415
    from scanner.history.recall import recall  # noqa: PLC0415
    from scanner.notify import deliver  # noqa: PLC0415
    from scanner.notify.news import news_of  # noqa: PLC0415
    from scanner.speech import Speech  # noqa: PLC0415

    path = Path(arguments.config or DEFAULT_CONFIG)
    config = read_config(path) if arguments.config or path.is_file() else Config()
    programs = arguments.channel == "webhook"
    speech = Speech() if programs else Speech(language(config.customer.language))
    news = news_of(speech.run(recall(Path(arguments.output or DEFAULT_OUT), "latest")))
    if not news.worth(arguments.on):
        print("nothing to tell", file=sys.stderr)
        return Exit.DONE
    if arguments.dry_run:
        print(deliver.text_of(news, speech))
        return Exit.DONE
    try:
        if arguments.channel == "teams":
            told = deliver.deliver_teams(news, config, speech=speech)
        elif arguments.channel == "webhook":
            told = deliver.deliver_webhook(news, config, os.environ.get(deliver.WEBHOOK_KEY, ""))
        else:
            told = deliver.deliver_mail(news, config, speech)
    except deliver.DeliveryError as error:
        print(f"emsready: not delivered: {error}", file=sys.stderr)
        return Exit.INTERNAL if arguments.notify_required else Exit.DONE
    print(f"{arguments.channel}: {told}", file=sys.stderr)
    return Exit.DONE
