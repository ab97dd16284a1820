"""An AWS account on a free loopback port; ends with the process that started it, whose pipe it reads."""

import os
import sys

os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false" if "--bare" in sys.argv else "true"

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
