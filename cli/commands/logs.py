"""`kiln logs`."""

import sys

from cli.options import FollowOption, JsonOption, RunArgument
from cli.output import print_json


def logs(run: RunArgument, follow: FollowOption = False, as_json: JsonOption = False) -> None:
    """Print a run's log; with --follow, follow the run to its end and exit as its build does."""
    from cli.connect import connect
    from cli.following import follow_to_end

    with connect() as api:
        if follow:
            ended = follow_to_end(api, run, quiet=as_json)
            if as_json:
                print_json(ended.body)
            return
        data = api.logs(run).data
    if as_json:
        print_json({"log": data.decode(errors="replace")})
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
