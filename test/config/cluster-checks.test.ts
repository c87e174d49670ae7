import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clusterProblems } from '../../config/cluster-checks.ts';
import { trainerSchema } from '../../config/trainer-schema.ts';

function problemsOf(more: object): string[] {
  const base = {
    kind: 'kubernetes',
    model: 'm',
    template: 'trl',
    image: 'i',
    claim: 'trainings',
    sharedFolder: '/trainings',
  };
  const student = trainerSchema.parse({ ...base, ...more });
  assert.equal(student.kind, 'kubernetes');
  return clusterProblems(student).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('what a campaign file says of a cluster', () => {
  it('is good with its defaults, and with amounts of every form', () => {
    assert.deepEqual(problemsOf({}), []);
    const resources = { 'nvidia.com/gpu': '8', cpu: '1500m', memory: '640Gi', 'ephemeral-storage': '1.5T' };
    assert.deepEqual(problemsOf({ resources, resource: 'TrainJob', nodes: 4 }), []);
  });

  const wrong: [string, object, RegExp][] = [
    ['a Job of several nodes', { nodes: 2 }, /^student.nodes: found 2;.*resource: TrainJob$/],
    ['a namespace in capitals', { namespace: 'Students' }, /^student.namespace: "Students" is no name/],
    ['a claim with a slash', { claim: 'a/b' }, /^student.claim: "a\/b" is no name/],
    ['a relative folder', { sharedFolder: 'trainings' }, /^student.sharedFolder: found "trainings"/],
    ['an amount in words', { resources: { memory: '64 GB' } }, /^student.resources.memory: "64 GB" is no amount/],
  ];
  for (const [what, more, message] of wrong) {
    it(`cannot be ${what}`, () => {
      const problems = problemsOf(more);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, message);
    });
  }
});
