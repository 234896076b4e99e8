"""A framework on pymesos: a command task, then a task of its own executor with messages both ways.

Usage: scheduler.py MASTER_HOST:PORT. Prints one line per step and ends 0 when all was seen, 1 when a
task ended otherwise or time ran out.
"""

import getpass
import os
import sys
import threading

from pymesos import MesosSchedulerDriver, Scheduler, decode_data, encode_data

HERE = os.path.dirname(os.path.abspath(__file__))
RESOURCES = [
    {"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}},
    {"name": "mem", "type": "SCALAR", "scalar": {"value": 32}},
]
EXECUTOR_RESOURCES = [
    {"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}},
    {"name": "mem", "type": "SCALAR", "scalar": {"value": 64}},
]
EXPECTED = {"command": "TASK_FINISHED", "executed": "TASK_FINISHED", "killed": "TASK_KILLED"}


class Conformance(Scheduler):
    def __init__(self):
        self.launched = False
        self.ended = {}
        self.echoed = None
        self.done = threading.Event()

    def registered(self, driver, framework_id, master_info):
        print("registered", framework_id["value"], flush=True)

    def resourceOffers(self, driver, offers):
        for offer in offers:
            if self.launched:
                driver.declineOffer(offer["id"], {"refuse_seconds": 1})
                continue
            self.launched = True
            agent = offer["agent_id"]
            tasks = [
                self.task(agent, "command", command={"shell": True, "value": "echo hello"}),
                self.task(agent, "killed", command={"shell": True, "value": "sleep 1000"}),
                self.task(agent, "executed", executor=self.executor(), data=encode_data(b"work")),
            ]
            driver.launchTasks(offer["id"], tasks)

    @staticmethod
    def task(agent, name, **rest):
        return dict(task_id={"value": name}, agent_id=agent, name=name, resources=RESOURCES, **rest)

    @staticmethod
    def executor():
        command = "exec %s %s" % (sys.executable, os.path.join(HERE, "executor.py"))
        return {
            "executor_id": {"value": "conformance"},
            "name": "conformance",
            "command": {"shell": True, "value": command},
            "resources": EXECUTOR_RESOURCES,
        }

    def frameworkMessage(self, driver, executor_id, agent_id, message):
        self.echoed = decode_data(message)
        print("message", self.echoed.decode(), flush=True)
        self.check(driver)

    def statusUpdate(self, driver, update):
        name, state = update["task_id"]["value"], update["state"]
        print("update", name, state, update.get("message", ""), flush=True)
        if state == "TASK_RUNNING" and name == "killed":
            driver.killTask(update["task_id"])
        if state == "TASK_RUNNING" and name == "executed":
            driver.sendFrameworkMessage(
                update["executor_id"], update["agent_id"], encode_data(b"finish")
            )
        if state in ("TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_ERROR"):
            self.ended[name] = state
            self.check(driver)

    def check(self, driver):
        wrong = any(EXPECTED[name] != state for name, state in self.ended.items())
        if wrong or (len(self.ended) == len(EXPECTED) and self.echoed is not None):
            self.done.set()

    def error(self, driver, message):
        print("error", message, flush=True)
        self.done.set()


def main():
    framework = {
        "user": getpass.getuser(),
        "name": "conformance-pymesos",
        "capabilities": [{"type": "TASK_KILLING_STATE"}],
    }
    scheduler = Conformance()
    driver = MesosSchedulerDriver(scheduler, framework, sys.argv[1], timeout=30)
    driver.start()
    scheduler.done.wait(30)
    driver.stop()
    driver.join()
    complete = scheduler.ended == EXPECTED and scheduler.echoed == b"echo: finish"
    print("complete" if complete else "incomplete: %s" % scheduler.ended, flush=True)
    sys.exit(0 if complete else 1)


main()
