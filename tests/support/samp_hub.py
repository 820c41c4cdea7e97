"""A SAMP hub with the web profile and a program that loads tables, both astropy's; prints what the program is sent, a line of JSON each.

Ends when its input closes. Argument: path of the hub's lock file.
"""
import io
import json
import sys
import threading
import urllib.request

from astropy.io.votable import parse_single_table
from astropy.samp import SAMPHubServer, SAMPIntegratedClient


class Consent:
    """Stands for the window in which a hub asks its user whether a page may come in."""

    queue_request = None
    queue_result = None

    def always(self):
        while True:
            self.queue_request.get()
            self.queue_result.put(True)


consent = Consent()
hub = SAMPHubServer(web_profile=True, web_profile_dialog=consent, lockfile=sys.argv[1])
hub.start()
threading.Thread(target=consent.always, daemon=True).start()
client = SAMPIntegratedClient(name="reader of tables")
client.connect(hub=hub)


def take(_key, _sender, _id, mtype, params, _extra):
    with urllib.request.urlopen(params["url"]) as answer:
        table = parse_single_table(io.BytesIO(answer.read())).to_table()
    print(json.dumps({"mtype": mtype, "name": params["name"], "rows": len(table), "columns": table.colnames}), flush=True)


client.bind_receive_notification("table.load.votable", take)
print("ready", flush=True)
sys.stdin.read()
client.disconnect()
hub.stop()
