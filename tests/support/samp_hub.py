"""A SAMP hub with the web profile, a program that loads tables and one that refuses them, all astropy's; prints what is loaded, a line of JSON each.

Ends when its input closes. Argument: path of the hub's lock file.
"""
import io
import json
import sys
import threading
import time
import urllib.request

from astropy.io.votable import parse_single_table
from astropy.samp import SAMP_STATUS_ERROR, SAMP_STATUS_OK, SAMPHubServer, SAMPIntegratedClient


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
other = SAMPIntegratedClient(name="reader of pictures")
other.connect(hub=hub)


def considered():
    # astropy's hub notes that a call waits only after it has passed it on: an answer that comes before is lost, and the caller waits on
    time.sleep(0.5)


def take(_key, _sender, message_id, mtype, params, _extra):
    with urllib.request.urlopen(params["url"]) as answer:
        table = parse_single_table(io.BytesIO(answer.read())).to_table()
    print(json.dumps({"mtype": mtype, "name": params["name"], "rows": len(table), "columns": table.colnames}), flush=True)
    considered()
    client.ereply(message_id, SAMP_STATUS_OK, result={})


def refuse(_key, _sender, message_id, _mtype, _params, _extra):
    considered()
    other.ereply(message_id, SAMP_STATUS_ERROR, result={}, error={"samp.errortxt": "no picture in it"})


client.bind_receive_call("table.load.votable", take)
other.bind_receive_call("table.load.votable", refuse)
print("ready", flush=True)
sys.stdin.read()
client.disconnect()
other.disconnect()
hub.stop()
