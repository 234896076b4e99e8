/** Where things are: masters at 10.0.0.1…, agents at 10.0.1.1…, frameworks at 10.0.2.1…, the store. */

export const masterPort = 5050;
export const agentPort = 5051;

/** Of every daemon, on its own machine. */
export const workDir = "/var/lib/tavola";

/** The group of masters in the store. */
export const masterGroup = "/mesos";
export const storeText = `zk://10.0.9.1:2181${masterGroup}`;
/** Below the group, as the masters' decision record says. */
export const registryPath = `${masterGroup}/tavola/registry`;
