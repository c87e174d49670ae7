// What a campaign file says of a cluster, as far as a cluster would refuse it: found before a campaign of weeks comes to train.

import { isAbsolute } from 'node:path';
import type { Problem } from './problems.ts';
import type { TrainerFile } from './trainer-schema.ts';

type ClusterFile = Extract<TrainerFile, { kind: 'kubernetes' }>;

/** RFC 1123, as Kubernetes asks for names of namespaces; names of claims may hold dots too. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const QUANTITY = /^\d+(\.\d+)?(m|[kMGTPE]|[KMGTPE]i|[eE]\d+)?$/;

export function clusterProblems(student: ClusterFile): readonly Problem[] {
  const { resource, nodes, namespace, claim, resources, sharedFolder } = student;
  const found = (key: string, message: string): Problem => ({ path: ['student', key], message });
  const problems: Problem[] = [];
  if (resource === 'Job' && nodes > 1) {
    problems.push(found('nodes', `found ${nodes}; the pods of a Job do not know each other: write resource: TrainJob`));
  }
  if (!LABEL.test(namespace)) problems.push(found('namespace', `"${namespace}" is no name that Kubernetes takes`));
  if (!SUBDOMAIN.test(claim)) problems.push(found('claim', `"${claim}" is no name that Kubernetes takes`));
  if (!isAbsolute(sharedFolder)) {
    problems.push(found('sharedFolder', `found "${sharedFolder}", expected a path that begins with /`));
  }
  const amounts = Object.entries(resources).filter(([, amount]) => !QUANTITY.test(amount));
  return [
    ...problems,
    ...amounts.map(([name, amount]) => ({
      path: ['student', 'resources', name],
      message: `"${amount}" is no amount; expected a number with a unit as in 500m, 8, 64Gi`,
    })),
  ];
}
