"""`kiln demo`."""

from cli.options import JsonOption
from cli.output import print_json, say


def demo(as_json: JsonOption = False) -> None:
    """Build a Debian image with nginx on this machine, from nothing to a proven VHD."""
    from cli.api import KilnApi
    from cli.following import follow_to_end
    from cli.local.blobs import download_sparse
    from cli.local.demo_scene import IMAGE, PAGE_FILE, TEMPLATE, set_scene
    from cli.local.environment import RESOURCE_GROUP
    from cli.local.home import current_home
    from cli.local.proof import prove
    from cli.local.setup import prepare
    from cli.local.supervisor import bring_up
    from cli.render.demo import DemoResult, print_demo
    from cli.template_file import Address, read_template

    home = current_home()
    prepare(home)
    local = bring_up(home)
    say("creating the gallery and uploading the example's files")
    values = set_scene(local)
    address = Address(IMAGE, RESOURCE_GROUP, local.endpoints.subscriptionId)
    template = read_template(TEMPLATE, address, values)
    with KilnApi(local.endpoints.functions) as api:
        started = api.start_build(template.name, address.resource_group, template.document)
        run = follow_to_end(api, started.id, quiet=as_json)
    vhd = home.data("demo") / f"{run.id}.vhd"
    uri = next(output.uri for output in run.outputs if output.uri)
    say("downloading the VHD's written pages")
    size = download_sparse(local.endpoints.storage, uri, vhd)
    result = DemoResult(run, vhd, size, prove(vhd, PAGE_FILE.read_text()))
    if as_json:
        print_json(result.to_json())
    else:
        print_demo(result)
