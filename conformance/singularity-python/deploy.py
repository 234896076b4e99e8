"""What deploy scripts in Python do to a scheduler with Singularity's API: urllib, nothing else.

    deploy.py SCHEDULER_URL SERVICE_COMMAND

A request is posted and deployed by a named user, scaled, bounced, paused and unpaused with POSTs
that have no body, run, and deleted with a DELETE that has one.
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL, SERVICE = sys.argv[1:]
REQUEST = "python-service"
USER = "user=ann%40example.com"


def call(method, path, body=None):
    """Status and what the answer says: JSON where it is JSON, else text."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + "/api" + path, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, read(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, read(refusal)


def read(answer):
    text = answer.read().decode()
    if answer.headers.get_content_type() == "application/json":
        return json.loads(text)
    return text


def ask(method, path, body=None):
    status, answer = call(method, path, body)
    assert status == 200, (method, path, status, answer)
    return answer


def until(what, is_so):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain for " + what)


def parent():
    return ask("GET", "/requests/request/" + REQUEST)


def healthy(count):
    def is_so():
        ids = parent()["taskIds"]
        others = ids["notYetHealthy"] + ids["pending"] + ids["cleaning"]
        return len(ids["healthy"]) == count and not others

    until(f"{count} healthy instances", is_so)
    return {task["id"] for task in parent()["taskIds"]["healthy"]}


def deploy(deploy_id):
    ask("POST", "/requests", {"id": REQUEST, "requestType": "SERVICE", "instances": 1})
    posted = ask(
        "POST",
        "/deploys?" + USER,
        {
            "deploy": {
                "requestId": REQUEST,
                "id": deploy_id,
                "command": SERVICE,
                "resources": {"cpus": 0.1, "memoryMb": 64, "numPorts": 1},
                "uris": [],
                "healthcheckUri": "/health",
                "healthcheckIntervalSeconds": 1,
                "somethingThatNobodyKnows": True,
            },
            "message": "from a script",
        },
    )
    assert posted["requestDeployState"]["pendingDeploy"]["deployId"] == deploy_id
    path = f"/history/request/{REQUEST}/deploy/{deploy_id}"
    until("the deploy's end", lambda: "deployResult" in ask("GET", path))
    history = ask("GET", path)
    assert history["deployResult"]["deployState"] == "SUCCEEDED", history
    assert history["deployMarker"]["user"] == "ann@example.com", history
    assert history["deployMarker"]["message"] == "from a script", history
    assert history["deploy"]["healthcheck"]["uri"] == "/health", history


def change():
    """As `curl -X POST` does it: no body, no content type."""
    first = healthy(1)
    ask("PUT", f"/requests/request/{REQUEST}/scale?{USER}", {"instances": 2, "message": "more"})
    healthy(2)
    ask("POST", f"/requests/request/{REQUEST}/bounce?{USER}")
    status, sentence = call("POST", f"/requests/request/{REQUEST}/bounce")
    assert status == 409 and isinstance(sentence, str) and REQUEST in sentence, (status, sentence)
    until("others", lambda: not first & {task["id"] for task in parent()["taskIds"]["healthy"]})
    healthy(2)
    ask("POST", f"/requests/request/{REQUEST}/pause?{USER}")
    healthy(0)
    assert parent()["state"] == "PAUSED"
    ask("POST", f"/requests/request/{REQUEST}/unpause?{USER}")
    healthy(2)
    status, _ = call("POST", f"/requests/request/{REQUEST}/exit-cooldown")
    assert status == 409, status
    status, sentence = call("POST", f"/requests/request/{REQUEST}/run")
    assert status == 400, (status, sentence)


def kill():
    task = sorted(healthy(2))[0]
    cleanup = ask("DELETE", f"/tasks/task/{task}?{USER}", {"message": "out", "override": False})
    assert cleanup["cleanupType"] == "USER_REQUESTED" and cleanup["user"] == "ann@example.com"
    until("another in its place", lambda: task not in healthy(2))
    # It is withdrawn and drained first; then it ends.
    last = lambda: ask("GET", f"/history/task/{task}")["taskUpdates"][-1]["taskState"]
    until("its end", lambda: last() == "TASK_KILLED")


def run_job():
    job = "python-job"
    ask("POST", "/requests", {"id": job, "requestType": "ON_DEMAND"})
    resources = {"cpus": 0.1, "memoryMb": 32}
    work = {"requestId": job, "id": "v1", "command": "exit 0", "resources": resources}
    ask("POST", "/deploys", {"deploy": work})
    until("the deploy", lambda: "activeDeploy" in ask("GET", f"/requests/request/{job}"))
    ask("POST", f"/requests/request/{job}/run")

    def ended():
        tasks = ask("GET", f"/history/request/{job}/tasks")
        return [task for task in tasks if task["lastTaskState"] == "TASK_FINISHED"]

    until("its run", ended)
    ask("POST", f"/requests/request/{job}/run?{USER}", {"runId": "nightly/1 of 2"})
    run = urllib.parse.quote("nightly/1 of 2", safe="")
    track = f"/track/run/{job}/{run}"
    until("its end", lambda: ask("GET", track).get("currentState") == "TASK_FINISHED")
    ask("DELETE", f"/requests/request/{job}")


def remove():
    deleted = ask("DELETE", f"/requests/request/{REQUEST}?{USER}", {"message": "no longer"})
    assert deleted["id"] == REQUEST
    until("it to be gone", lambda: call("GET", f"/requests/request/{REQUEST}")[0] == 404)
    events = ask("GET", f"/history/request/{REQUEST}/requests")
    kinds = {event["eventType"] for event in events}
    assert {"CREATED", "SCALED", "BOUNCED", "PAUSED", "UNPAUSED", "DELETING"} <= kinds, kinds
    named = [event for event in events if event["eventType"] in ("SCALED", "PAUSED", "DELETING")]
    assert {event["user"] for event in named} == {"ann@example.com"}, events


deploy("v1")
change()
kill()
run_job()
remove()
