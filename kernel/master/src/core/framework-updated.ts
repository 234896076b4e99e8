/**
 * A framework's info, suppressed roles or offer constraints change: by SUBSCRIBE or UPDATE_FRAMEWORK.
 */

import { type FrameworkInfo, internal, type scheduler } from "@tavola/protocol";
import type { CommandResult } from "./effects.ts";
import { capabilitiesOf, rolesOf } from "./framework-info.ts";
import { profileOf } from "./framework-profile.ts";
import { rescindOffer } from "./offer-records.ts";
import type { Agent, Framework } from "./state.ts";
import type { Turn } from "./turn.ts";
import { trackRole, untrackIdleRole } from "./used-resources.ts";
import {
  validateFramework,
  validateFrameworkUpdate,
  validateRoleOptions,
} from "./validation/framework.ts";
import { sameMessage } from "./validation/same-message.ts";

/** What agents are told in place of the address of a scheduler that has none (it speaks HTTP). */
export const noPid = "@0.0.0.0:0";

interface RoleOptions {
  readonly suppressed_roles?: readonly string[];
  readonly offer_constraints?: scheduler.OfferConstraints;
}

/** UPDATE_FRAMEWORK: 200, or 400 with the reason. */
export function updateFramework(
  turn: Turn,
  framework: Framework,
  call: scheduler.Call_UpdateFramework,
): CommandResult {
  const info = call.framework_info;
  const invalid = validateFramework(turn.state, info);
  if (invalid !== undefined) return refused(`Supplied FrameworkInfo is not valid: ${invalid}`);
  const illegal = validateFrameworkUpdate(framework.info, info);
  if (illegal !== undefined) return refused(`FrameworkInfo update is not valid: ${illegal}`);
  const foreign = validateRoleOptions(info, call);
  if (foreign !== undefined) return refused(`'UpdateFramework' call is not valid: ${foreign}`);
  const hasChanged = !sameMessage(framework.info, info);
  frameworkUpdated(turn, framework, info, call);
  if (hasChanged) tellFrameworkChanged(turn, framework);
  return { status: 200 };
}

function refused(message: string): CommandResult {
  return { status: 400, message };
}

/** Takes over what was validated; offers of roles that it left are void. */
export function frameworkUpdated(
  turn: Turn,
  framework: Framework,
  info: FrameworkInfo,
  options: RoleOptions,
): void {
  const oldRoles = framework.roles;
  framework.info = info;
  framework.roles = rolesOf(info);
  framework.capabilities = capabilitiesOf(info);
  framework.suppressedRoles = new Set(options.suppressed_roles ?? []);
  framework.offerConstraints = options.offer_constraints;
  turn.allocator.frameworkUpdated(framework.id, profileOf(framework));
  for (const offer of [...framework.offers]) {
    if (!framework.roles.has(offer.role)) rescindOffer(turn, offer);
  }
  for (const role of framework.roles) trackRole(turn.state, framework, role);
  for (const role of oldRoles) untrackIdleRole(turn.state, framework, role);
  turn.allocateSoon();
}

/**
 * Operators' streams and agents hear of it.
 * Differs: Mesos tells every agent of the cluster; here those that run something of the framework.
 */
export function tellFrameworkChanged(turn: Turn, framework: Framework): void {
  turn.publish({ type: "FRAMEWORK_UPDATED", framework });
  const message = updateMessageOf(framework);
  const ids = new Set([...framework.usedByAgent.keys(), ...framework.executors.keys()]);
  for (const id of ids) {
    const agent = turn.state.agents.get(id);
    if (agent?.connected) turn.sendToAgent(agent, internal.UpdateFrameworkMessage, message);
  }
}

export function tellAgentOfFramework(turn: Turn, agent: Agent, framework: Framework): void {
  turn.sendToAgent(agent, internal.UpdateFrameworkMessage, updateMessageOf(framework));
}

function updateMessageOf(framework: Framework): internal.UpdateFrameworkMessage {
  return {
    framework_id: { value: framework.id },
    pid: framework.pid ?? noPid,
    framework_info: framework.info,
  };
}
