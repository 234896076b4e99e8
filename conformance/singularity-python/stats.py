"""What OpenTable's mesos_stats reads of Singularity once a minute, and the numbers that it makes of it.

    stats.py SCHEDULER_URL

Its source is not a package that could be installed; these are its five reads and the fields that
it takes of each answer, with a task running meanwhile.
"""

import json
import sys
import time
import urllib.request

URL = sys.argv[1]
REQUEST = "python-stats"


def get(path):
    with urllib.request.urlopen(URL + "/api" + path, timeout=20) as answer:
        return json.load(answer)


def send(method, path, body):
    request = urllib.request.Request(URL + "/api" + path, json.dumps(body).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def running():
    return [task for task in get("/tasks/active") if task["taskId"]["requestId"] == REQUEST]


def until(what, is_so):
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end, "waited in vain for " + what
        time.sleep(0.05)


send("POST", "/requests", {"id": REQUEST, "requestType": "WORKER", "instances": 2})
resources = {"cpus": 0.1, "memoryMb": 32}
sleeper = {"requestId": REQUEST, "id": "v1", "command": "exec sleep 1000", "resources": resources}
send("POST", "/deploys", {"deploy": sleeper})
until("both instances", lambda: len(running()) == 2)

# Answered from a cache for up to a minute, as Singularity does: the fields must be there in any case.
state = get("/state")
tasks = ("active", "scheduled", "late", "cleaning", "future", "launching")
requests = ("active", "cooldown", "paused", "pending", "cleaning")
slaves = ("active", "dead", "decommissioning")
names = [f"{name}Tasks" for name in tasks] + [f"{name}Requests" for name in requests]
names += [f"{name}Slaves" for name in slaves]
numbers = {name: state[name] for name in [*names, "maxTaskLag", "avgStatusUpdateDelayMs"]}
assert all(isinstance(number, (int, float)) for number in numbers.values()), numbers
until("both to count as active", lambda: get("/state?skipCache=true")["activeTasks"] >= 2)
until("none to be on its way", lambda: get("/state?skipCache=true")["launchingTasks"] == 0)
fresh = get("/state?skipCache=true")
assert fresh["activeSlaves"] == 2, fresh
assert fresh["activeRequests"] >= 1 and fresh["deadSlaves"] == 0, fresh

parents = [parent for parent in get("/requests") if parent["request"]["id"] == REQUEST]
assert [parent["state"] for parent in parents] == ["ACTIVE"], parents

newest = get("/disasters/stats")["stats"][0]
counts = ("ActiveTasks", "LostTasks", "LateTasks", "PendingTasks", "ActiveSlaves", "LostSlaves")
assert all(isinstance(newest["num" + name], int) for name in counts), newest
assert newest["numLostTasks"] == 0 and newest["numLostSlaves"] == 0, newest
assert newest["timestamp"] == max(point["timestamp"] for point in get("/disasters/stats")["stats"])

names = {
    task["mesosTask"]["taskId"]["value"]: f'{task["taskId"]["requestId"]}_{task["taskId"]["instanceNo"]}'
    for task in running()
}
assert sorted(names.values()) == [f"{REQUEST}_1", f"{REQUEST}_2"], names
assert all(mesos_id.startswith(REQUEST + "-v1-") for mesos_id in names), names

assert get("/slaves?state=DECOMMISSIONED") == []
assert len(get("/slaves?state=ACTIVE")) == 2

send("DELETE", f"/requests/request/{REQUEST}", {"message": "measured"})
until("its end", lambda: not running())
