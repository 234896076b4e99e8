/**
 * How the unversioned Mesos protocol (v0) calls what v1 calls otherwise.
 *
 * The bytes are the same; v1 renamed what had *slave* in its name, and that is all. Legacy JSON, the
 * leader's node in ZooKeeper and checkpoints speak v0; in memory we only have v1's names.
 */

const fieldNames: Readonly<Record<string, string>> = {
  agent_id: "slave_id",
  agent_info: "slave_info",
};

/** `agent_id` is `slave_id`; most names are the same. */
export function v0FieldName(name: string): string {
  return Object.hasOwn(fieldNames, name) ? (fieldNames[name] as string) : name;
}

/** `REASON_AGENT_REMOVED` is `REASON_SLAVE_REMOVED`; most values are the same. */
export function v0EnumValue(value: string): string {
  return value.replace(/^(REASON|SOURCE)_AGENT(?=_|$)/, "$1_SLAVE");
}

/** `mesos.v1.AgentInfo.Capability` is `mesos.SlaveInfo.Capability`. */
export function v0TypeName(typeName: string): string {
  return typeName
    .replace(/^mesos\.v1\./, "mesos.")
    .replace(/^mesos\.Agent(ID|Info)(?=\.|$)/, "mesos.Slave$1");
}
