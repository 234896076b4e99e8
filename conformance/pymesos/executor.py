"""An executor on pymesos: runs its task until it is told to finish, and echoes what it is told."""

import time

from pymesos import Executor, MesosExecutorDriver, decode_data, encode_data


class Echo(Executor):
    def __init__(self):
        self.task_id = None

    def launchTask(self, driver, task):
        self.task_id = task["task_id"]
        self.update(driver, "TASK_RUNNING")

    def frameworkMessage(self, driver, message):
        text = decode_data(message)
        driver.sendFrameworkMessage(encode_data(b"echo: " + text))
        self.update(driver, "TASK_FINISHED")

    def update(self, driver, state):
        driver.sendStatusUpdate(
            {"task_id": self.task_id, "state": state, "timestamp": time.time()}
        )


driver = MesosExecutorDriver(Echo())
driver.run()
