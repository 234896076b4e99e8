"""A framework on pymesos that finds its master in ZooKeeper and outlives it.

Usage: failover.py zk://HOST:PORT,.../PATH COMMAND COMMAND. Runs both commands as tasks; prints "both
run" and "subscribed again"; ends 0 when both tasks have finished, 1 when one ended otherwise or time
ran out.
"""

import getpass
import sys
import threading

from pymesos import MesosSchedulerDriver, Scheduler

RESOURCES = [
    {"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}},
    {"name": "mem", "type": "SCALAR", "scalar": {"value": 32}},
]
COMMANDS = dict(zip(("meanwhile", "after"), sys.argv[2:]))
ENDED = ("TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_ERROR")


class Failover(Scheduler):
    def __init__(self):
        self.launched = False
        self.running = set()
        self.ended = {}
        self.done = threading.Event()

    def registered(self, driver, framework_id, master_info):
        print("registered", framework_id["value"], "at", driver.master, flush=True)

    def reregistered(self, driver, master_info):
        print("subscribed again at", driver.master, flush=True)

    def disconnected(self, driver):
        print("disconnected", flush=True)

    def resourceOffers(self, driver, offers):
        for offer in offers:
            if self.launched:
                driver.declineOffer(offer["id"], {"refuse_seconds": 1})
                continue
            self.launched = True
            tasks = [
                dict(
                    task_id={"value": name},
                    agent_id=offer["agent_id"],
                    name=name,
                    resources=RESOURCES,
                    command={"shell": True, "value": command},
                )
                for name, command in COMMANDS.items()
            ]
            driver.launchTasks(offer["id"], tasks)

    def statusUpdate(self, driver, update):
        name, state = update["task_id"]["value"], update["state"]
        print("update", name, state, update.get("message", ""), flush=True)
        if state == "TASK_RUNNING" and name not in self.running:
            self.running.add(name)
            if len(self.running) == len(COMMANDS):
                print("both run", flush=True)
        if state in ENDED:
            self.ended[name] = state
            if state != "TASK_FINISHED" or len(self.ended) == len(COMMANDS):
                self.done.set()

    def error(self, driver, message):
        print("error", message, flush=True)
        self.done.set()


def main():
    framework = {
        "user": getpass.getuser(),
        "name": "conformance-pymesos-failover",
        "failover_timeout": 60,
        "checkpoint": True,
    }
    scheduler = Failover()
    driver = MesosSchedulerDriver(scheduler, framework, sys.argv[1], timeout=30)
    driver.start()
    scheduler.done.wait(50)
    driver.stop()
    driver.join()
    complete = scheduler.ended == dict.fromkeys(COMMANDS, "TASK_FINISHED")
    print("complete" if complete else "incomplete: %s" % scheduler.ended, flush=True)
    sys.exit(0 if complete else 1)


main()
